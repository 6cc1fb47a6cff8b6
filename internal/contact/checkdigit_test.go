package contact

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCheckDigits holds published examples against the tests, and each with one
// digit changed.
func TestCheckDigits(t *testing.T) {
	t.Parallel()
	cases := []struct {
		kind string
		test func(string) (bool, bool)
		good []string
	}{
		{"belgian", belgianNumber, []string{"85073003328", "17073003384", "40000095579", "00000100195"}},
		{"dutch", dutchNumber, []string{"111222333", "123456782"}},
		{"dutch short", dutchNumberShort, []string{"12345672"}},
		{"french", frenchNumber, []string{"295109912611193", "253071807300470", "253071907300443"}},
		{"german tax", germanTaxNumber, []string{"36574261809", "86095742719"}},
		{"german pension", germanPensionNumber, []string{"15070649C103"}},
		{"luxembourg", luxembourgNumber, []string{"1893120105732"}},
		{"irish", irishNumber, []string{"1234567T", "1234567FA", "6433435F", "6433435FT"}},
		{"card", paymentCard, []string{"4111111111111111", "5500000000000004", "340000000000009", "2223003122003222", "67034444444444441"}},
		{"diners", dinersCard, []string{"30569309025904"}},
	}
	for _, c := range cases {
		for _, n := range c.good {
			if shaped, passed := c.test(n); !shaped || !passed {
				t.Errorf("%s %s: shaped %v, passed %v", c.kind, n, shaped, passed)
			}
			wrong := []byte(n)
			wrong[7] = '0' + (wrong[7]-'0'+1)%10
			if isDigit(n[7]) {
				if _, passed := c.test(string(wrong)); passed {
					t.Errorf("%s %s passes with a wrong digit", c.kind, wrong)
				}
			}
		}
	}
	if !isIBAN("BE68539007547034") || !isIBAN("NL91ABNA0417164300") || isIBAN("BE68539007547035") {
		t.Error("iban")
	}
}

// TestCheckDigitsCatchEveryWrongDigit: these tests find any single wrong digit.
func TestCheckDigitsCatchEveryWrongDigit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[0-9]{10}`).Draw(t, "body")
		at, by := rapid.IntRange(0, 10).Draw(t, "at"), rapid.IntRange(1, 9).Draw(t, "by")
		for name, test := range map[string]func(string) bool{"luhn": luhn, "verhoeff": verhoeff} {
			good := ""
			for d := range 10 {
				if n := body + strconv.Itoa(d); test(n) {
					if good != "" {
						t.Fatalf("%s: two check digits for %s", name, body)
					}
					good = n
				}
			}
			wrong := []byte(good)
			wrong[at] = '0' + (wrong[at]-'0'+byte(by))%10
			if test(string(wrong)) {
				t.Fatalf("%s: %s passes as well as %s", name, wrong, good)
			}
		}
	})
}

// randomColumn is n numbers of that many digits, the first of them not zero.
func randomColumn(rng *rand.Rand, n, digits int) []string {
	out := make([]string, n)
	for i := range out {
		var b strings.Builder
		b.WriteByte(byte('1' + rng.IntN(9)))
		for range digits - 1 {
			b.WriteByte(byte('0' + rng.IntN(10)))
		}
		out[i] = b.String()
	}
	return out
}

func verdictOf(values []string) verdict {
	c := newCensus(1)
	for _, v := range values {
		c.count([]string{v})
	}
	return c.verdicts()[0]
}

// TestOrderNumbersAreNoSecrets raises no false alarm over random numbers of any
// length and numbers that count up, as orders and telephones are.
func TestOrderNumbersAreNoSecrets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n, digits := rapid.IntRange(60, 300).Draw(t, "n"), rapid.IntRange(6, 19).Draw(t, "digits")
		if v := verdictOf(randomColumn(rng, n, digits)); v.column != secretNone {
			t.Fatalf("%d random numbers of %d digits are taken for %s", n, digits, v.column)
		}
		start := rapid.Int64Range(1_000_000, 9_000_000_000_000_000).Draw(t, "start")
		step := rapid.SampledFrom([]int64{1, 2, 5, 10}).Draw(t, "step")
		var counted, phones []string
		for i := range int64(n) {
			counted = append(counted, strconv.FormatInt(start+i*step, 10))
			phones = append(phones, "324"+strconv.Itoa(70_000_000+rng.IntN(30_000_000)))
		}
		if v := verdictOf(counted); v.column != secretNone {
			t.Fatalf("order numbers from %d by %d are taken for %s", start, step, v.column)
		}
		if v := verdictOf(phones); v.column != secretNone || len(v.single) > 0 {
			t.Fatalf("telephone numbers are taken for %s %v", v.column, v.single)
		}
	})
}

// TestSmallColumnsRaiseFewAlarms measures the promise of mostByChance.
func TestSmallColumnsRaiseFewAlarms(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	alarms, columns := 0, 20_000
	for range columns {
		if verdictOf(randomColumn(rng, 3+rng.IntN(20), 9)).column != secretNone {
			alarms++
		}
	}
	if float64(alarms) > mostByChance*float64(columns) {
		t.Errorf("%d false alarms in %d columns", alarms, columns)
	}
}

// TestSecretColumnsAreFound finds real numbers among gaps, typing errors and other
// remarks.
func TestSecretColumnsAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		n := rapid.IntRange(10, 120).Draw(t, "n")
		belgians, dutch := make([]string, n), make([]string, n)
		for i := range n {
			body := fmt.Sprintf("%02d%02d%02d%03d", rng.IntN(100), 1+rng.IntN(12), 1+rng.IntN(28), 1+rng.IntN(997))
			belgians[i] = fmt.Sprintf("%s.%s.%s-%s.%02d", body[:2], body[2:4], body[4:6], body[6:], 97-number(body)%97)
			for dutch[i] == "" {
				d := fmt.Sprintf("%09d", rng.IntN(1_000_000_000))
				if _, ok := dutchNumber(d); ok {
					dutch[i] = strings.TrimLeft(d[:1], "0") + d[1:]
				}
			}
			switch i % 5 { // one in five is missing, one in five something else
			case 3:
				belgians[i], dutch[i] = "", ""
			case 4:
				belgians[i], dutch[i] = "geen", "onbekend"
			}
		}
		if v := verdictOf(belgians); v.column != secretBelgian {
			t.Fatalf("Belgian numbers are %q", v.column)
		}
		if v := verdictOf(dutch); v.column != secretDutch {
			t.Fatalf("Dutch numbers are %q", v.column)
		}
	})
}
