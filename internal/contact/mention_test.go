package contact

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func xanthippe() Contact {
	return Contact{
		Name: "Renée Xanthippe van Quäckenbosch", GivenName: "Renée Xanthippe", FamilyName: "van Quäckenbosch", Email: "r.x@zwaan.example",
		Phone: "+32478129977", Street: "Kromme Zwaanstraat 77", Postcode: "3271", City: "Zichem", CustomerNumber: "K-90713",
		BirthDate: Date{1971, 3, 9}, Organisation: "Zwaanhof", Extra: ExtraOf(map[Field]string{"x_shoe": "veertig en half"}),
	}
}

func TestAPersonIsFoundInFreeText(t *testing.T) {
	t.Parallel()
	m := MentionOf(xanthippe())
	for text, want := range map[string]string{
		"RENEE XANTHIPPE VAN QUACKENBOSCH called":           "[…] called",
		"Mrs van Quäckenbosch (Renée Xanthippe)":            "Mrs […] ([…])",
		"550 no such user <R.X@zwaan.example>":              "550 no such user <[…]>",
		"call 0478 12.99/77 today":                          "call […] today",
		`{"a":"x\nr.x@zwaan.example\n0032478129977"}`:       `{"a":"x\n[…]\n[…]"}`,
		"K-90713 lives at Kromme Zwaanstraat 77, 3271":      "[…] lives at […], […]",
		"r.x@zwaan.example born 09/03/1971 shoe 1971-03-09": "[…] born […] shoe […]",
		"vanquackenbosch_renee.vcf":                         "vanquackenbosch_renee.vcf",
		"van_quackenbosch-renee_xanthippe.vcf":              "[…]-[…].vcf",
		"Renée phoned":                                      "Renée phoned", // somebody of that name
		"somebody of Kromme Zwaanstraat 77":                 "somebody of Kromme Zwaanstraat 77",
		"invoice 90713":                                     "invoice 90713",
		"":                                                  "",
	} {
		got, found := m.Redact(text)
		if got != want || found != (want != text) {
			t.Errorf("%q became %q (%v), want %q", text, got, found, want)
		}
	}
}

func TestNobodyIsFoundByACommonWord(t *testing.T) {
	t.Parallel()
	for _, c := range []Contact{{}, {Name: "Jan"}, {CustomerNumber: "1042"}, {Postcode: "3000", City: "Leuven"}} {
		if m := MentionOf(c); m.IsIn("Jan of 3000 Leuven has 1042 cows") {
			t.Errorf("found %+v", c)
		}
	}
}

// TestWhateverMentionsAPersonCanBeNarrowedByLikes: a text that is redacted holds one
// of the pieces that the database looks for, and names him no more afterwards.
func TestWhateverMentionsAPersonCanBeNarrowedByLikes(t *testing.T) {
	t.Parallel()
	m := MentionOf(xanthippe())
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
			"Renée", "Xanthippe", "xanthippe", "van", "Quäckenbosch", "QUACKENBOSCH", "r.x@zwaan.example", "0478", "12 99 77", "129977",
			"K-90713", "Kromme Zwaanstraat 77", "3271", "the", "\n", `\n`, "é", "…",
		}), 0, 9).Draw(t, "pieces")
		text := strings.Join(pieces, rapid.SampledFrom([]string{" ", ", ", "/"}).Draw(t, "between"))
		out, found := m.Redact(text)
		if m.IsIn(out) {
			t.Fatalf("%q still mentions him: %q", text, out)
		}
		if !found {
			return
		}
		narrowed := strings.Contains(digits(text), m.Tail())
		for _, like := range m.Likes() {
			narrowed = narrowed || strings.Contains(strings.ToLower(text), strings.ToLower(like))
		}
		if !narrowed {
			t.Fatalf("%q is found by none of %q", text, m.Likes())
		}
	})
}
