package contact

import (
	"strconv"
	"strings"
)

// refusal says why a column may not be kept, as the key of its warning; empty
// when it may. National numbers and payment cards are recognised by their check
// digits whatever their heading; a heading alone is enough as well.
func refusal(heading string, values []string, refused map[string]Field) faultKey {
	switch refused[foldKey(heading)] {
	case "national":
		return keyColumnNational
	case "card":
		return keyColumnCard
	case "password":
		return keyColumnPassword
	}
	count := map[faultKey]int{}
	filled := 0
	for _, v := range values {
		if v == "" {
			continue
		}
		filled++
		if k := secretKind(v); k != "" {
			count[k]++
		}
	}
	for k, n := range count {
		// A number of nine digits passes the test of a BSN one time in eleven,
		// so a few values prove nothing.
		if n*10 >= filled*6 && (n >= 3 || k == keyColumnPassword) {
			return k
		}
	}
	return ""
}

// secretKind says which sort of number or secret a value is, by its check digits
// or its form.
func secretKind(s string) faultKey {
	for _, mark := range []string{"$2y$", "$2a$", "$2b$", "$argon2", "$P$", "$6$", "pbkdf2_"} {
		if strings.HasPrefix(s, mark) {
			return keyColumnPassword
		}
	}
	if strings.Trim(s, "0123456789 .-") != "" {
		return ""
	}
	d := digitsOf(s)
	switch {
	case isBelgianNumber(d), isBSN(d), isFrenchNumber(d):
		return keyColumnNational
	case isCard(d):
		return keyColumnCard
	}
	return ""
}

// isBelgianNumber checks a rijksregisternummer: a birth date, a counter and 97
// minus the rest of the division; people born from 2000 on have a 2 before it.
func isBelgianNumber(d string) bool {
	if len(d) != 11 {
		return false
	}
	n, _ := strconv.Atoi(d[:9])
	check, _ := strconv.Atoi(d[9:])
	month, _ := strconv.Atoi(d[2:4])
	day, _ := strconv.Atoi(d[4:6])
	if month%20 > 12 || day > 31 {
		return false
	}
	return check == 97-n%97 || check == 97-(n+2_000_000_000)%97
}

// isBSN checks a Dutch citizen service number (the eleven test). Spreadsheets
// take away its leading zero.
func isBSN(d string) bool {
	if len(d) == 8 {
		d = "0" + d
	}
	if len(d) != 9 || d == "000000000" {
		return false
	}
	sum := 0
	for i := range 8 {
		sum += (9 - i) * int(d[i]-'0')
	}
	return (sum-int(d[8]-'0'))%11 == 0
}

// isFrenchNumber checks a French social security number with its key.
func isFrenchNumber(d string) bool {
	if len(d) != 15 || (d[0] != '1' && d[0] != '2') {
		return false
	}
	n, err := strconv.ParseInt(d[:13], 10, 64)
	key, _ := strconv.ParseInt(d[13:], 10, 64)
	return err == nil && key == 97-n%97
}

// isCard checks a payment card number (Luhn) with the first digits cards have.
func isCard(d string) bool {
	if len(d) < 13 || len(d) > 19 || d[0] < '3' || d[0] > '6' {
		return false
	}
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
