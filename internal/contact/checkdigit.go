package contact

import (
	"strconv"
	"time"
)

// The tests of this file take digits without separators. Each says two things:
// whether a number has the shape of its kind (length, date, first digits) and
// whether its check digits are right. A number of the right shape that fails
// shows how often chance alone would have passed.

// belgianNumber tests a rijksregisternummer / numéro national: YYMMDD, a counter
// and 97 minus the rest of the first nine digits; from 2000 on a 2 stands before
// them. In a bis number 20 or 40 is added to the month; month and day may be 00.
func belgianNumber(d string) (shaped, passed bool) {
	if len(d) != 11 || number(d[2:4])%20 > 12 || number(d[2:4]) > 52 || number(d[4:6]) > 31 || number(d[:9]) == 0 {
		return false, false
	}
	n, check := number(d[:9]), number(d[9:])
	return true, check == 97-n%97 || check == 97-(n+2_000_000_000)%97
}

// dutchNumber tests a burgerservicenummer by the eleven test.
func dutchNumber(d string) (shaped, passed bool) {
	if len(d) != 9 || d == "000000000" {
		return false, false
	}
	sum := -int(d[8] - '0')
	for i := range 8 {
		sum += (9 - i) * int(d[i]-'0')
	}
	return true, sum%11 == 0
}

// dutchNumberShort is a burgerservicenummer whose leading zero a spreadsheet took.
func dutchNumberShort(d string) (shaped, passed bool) {
	if len(d) != 8 {
		return false, false
	}
	return dutchNumber("0" + d)
}

// frenchNumber tests a numéro de sécurité sociale (NIR) with its key. Corsican
// departments are written 2A and 2B and count as 19 and 18 (see corsican).
func frenchNumber(d string) (shaped, passed bool) {
	if len(d) != 15 || d[0] == '0' || d[0] == '5' || d[0] == '6' || d[0] == '9' {
		return false, false
	}
	month := number(d[3:5])
	if month == 0 || month > 12 && month < 20 || month > 42 && month < 50 {
		return false, false
	}
	return true, number(d[13:]) == 97-number(d[:13])%97
}

// corsican writes the department of a NIR in digits.
func corsican(s string) string {
	if len(s) == 15 && s[5] == '2' {
		switch s[6] {
		case 'A', 'a':
			return s[:5] + "19" + s[7:]
		case 'B', 'b':
			return s[:5] + "18" + s[7:]
		}
	}
	return s
}

// germanTaxNumber tests a steuerliche Identifikationsnummer: among its first ten
// digits one stands twice or three times and all others once or not at all; the
// last is the check digit of ISO 7064 MOD 11,10.
func germanTaxNumber(d string) (shaped, passed bool) {
	if len(d) != 11 || d[0] == '0' {
		return false, false
	}
	var count [10]int
	for i := range 10 {
		count[d[i]-'0']++
	}
	repeated := 0
	for _, n := range count {
		if n > 3 {
			return false, false
		}
		if n > 1 {
			repeated++
		}
	}
	if repeated != 1 {
		return false, false
	}
	product := 10
	for i := range 10 {
		sum := (int(d[i]-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return true, int(d[10]-'0') == (11-product)%10
}

// germanPensionNumber tests a Rentenversicherungsnummer: area, birth date, first
// letter of the birth name, serial number, check digit. s has the letter, in
// upper case, in the ninth place.
func germanPensionNumber(s string) (shaped, passed bool) {
	if len(s) != 12 || s[8] < 'A' || s[8] > 'Z' || !isDigits(s[:8]) || !isDigits(s[9:]) {
		return false, false
	}
	if day, month := number(s[2:4]), number(s[4:6]); day == 0 || day > 81 || month == 0 || month > 12 {
		return false, false
	}
	letter := int(s[8]-'A') + 1
	digits := s[:8] + string([]byte{byte('0' + letter/10), byte('0' + letter%10)}) + s[9:11]
	sum := 0
	for i, factor := range [12]int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1} {
		n := int(digits[i]-'0') * factor
		sum += n/10 + n%10
	}
	return true, int(s[11]-'0') == sum%10
}

// luxembourgNumber tests a matricule: birth date in eight digits, a counter of
// three, then the check digits of Luhn and of Verhoeff, both over the first
// eleven.
func luxembourgNumber(d string) (shaped, passed bool) {
	if len(d) != 13 || (d[:2] != "18" && d[:2] != "19" && d[:2] != "20") {
		return false, false
	}
	if _, err := time.Parse("20060102", d[:8]); err != nil {
		return false, false
	}
	return true, luhn(d[:12]) && verhoeff(d[:11]+d[12:])
}

// irishNumber tests a Personal Public Service number: seven digits, a check
// letter and, since 2013, a further letter. s is in upper case.
func irishNumber(s string) (shaped, passed bool) {
	if len(s) < 8 || len(s) > 9 || !isDigits(s[:7]) || s[7] < 'A' || s[7] > 'W' {
		return false, false
	}
	sum := 0
	for i := range 7 {
		sum += (8 - i) * int(s[i]-'0')
	}
	if len(s) == 9 {
		switch c := s[8]; {
		case c >= 'A' && c <= 'I':
			sum += 9 * (int(c-'A') + 1)
		case c != 'W' && c != 'T' && c != 'X':
			return false, false
		}
	}
	return true, "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == s[7]
}

// paymentCard tests a card number: the first digits of a card scheme with the
// lengths it uses, and Luhn. Cards of fourteen digits are left to dinersCard.
func paymentCard(d string) (shaped, passed bool) {
	if len(d) < 15 || len(d) > 19 {
		return false, false
	}
	two, three, four := number(d[:2]), number(d[:3]), number(d[:4])
	switch n := len(d); {
	case two == 34 || two == 37:
		shaped = n == 15
	case d[0] == '4':
		shaped = n == 16 || n == 19
	case two >= 51 && two <= 55 || four >= 2221 && four <= 2720:
		shaped = n == 16
	case four == 6011 || two == 65 || three >= 644 && three <= 649 || two == 62 || four >= 3528 && four <= 3589:
		shaped = n >= 16
	case four == 5018 || four == 5020 || four == 5038 || four == 5893 || four == 6304 || four == 6703 || four == 6759 || four >= 6761 && four <= 6763:
		shaped = n >= 16 // Maestro; Bancontact has 17
	}
	return shaped, shaped && luhn(d)
}

// dinersCard tests a Diners Club number. A French SIRET has fourteen digits and
// Luhn as well, so one such number proves nothing.
func dinersCard(d string) (shaped, passed bool) {
	if len(d) != 14 {
		return false, false
	}
	two, three := number(d[:2]), number(d[:3])
	shaped = two == 36 || two == 38 || two == 39 || three >= 300 && three <= 305
	return shaped, shaped && luhn(d)
}

// luhn reports whether the last digit is the check digit of those before it.
func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// verhoeff reports whether the last digit is the check digit of those before it.
func verhoeff(d string) bool {
	const permute = "0123456789157628309458037961428916043527" +
		"9453126870428657390127938064157046913258"
	c := 0
	for i := range len(d) {
		c = dihedral(c, int(permute[i%8*10+int(d[len(d)-1-i]-'0')]-'0'))
	}
	return c == 0
}

// dihedral multiplies in the group of the ten symmetries of a pentagon.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return 5 + (a+b-5)%5
	case b < 5:
		return 5 + (a-5-b+5)%5
	}
	return (a - b + 5) % 5
}

// isIBAN tests an international bank account number without its spaces, in upper
// case (ISO 13616: the rest of the division by 97 is one).
func isIBAN(s string) bool {
	if len(s) < 15 || len(s) > 34 || !isDigits(s[2:4]) {
		return false
	}
	rest := 0
	for _, c := range []byte(s[4:] + s[:4]) {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return s[0] >= 'A' && s[1] >= 'A' && rest == 1
}

// number reads digits; callers pass at most eighteen of them.
func number(d string) int {
	n, _ := strconv.Atoi(d)
	return n
}
