package contact

import (
	"strings"
)

// secret names a sort of number that no customer file may hold unless a law says
// so. The strings are the end of translation keys.
type secret string

// The national numbers and payment cards that are recognised. Law: for Belgium
// the law of 8 August 1983, for the Netherlands Art. 46 UAVG, else Art. 87 GDPR
// and the law of the country; card numbers by Art. 5(1)(c) GDPR and the rules of
// the card schemes.
const (
	secretNone    secret = ""
	secretBelgian secret = "be_national"
	secretDutch   secret = "nl_bsn"
	secretFrench  secret = "fr_nir"
	secretTax     secret = "de_tax"
	secretPension secret = "de_pension"
	secretLux     secret = "lu_matricule"
	secretIrish   secret = "ie_pps"
	secretCard    secret = "card"
	secretHash    secret = "password"
)

// recogniser tells one sort of number.
type recogniser struct {
	secret  secret
	lengths []int
	test    func(string) (shaped, passed bool)
	// chance is how often a number of that shape passes without being one.
	chance float64
	// alone: one such number in a text is believed. The others need a word before
	// them ("BSN 123456782") or a column full of them.
	alone bool
	// whole: only a cell that holds nothing else is looked at.
	whole bool
}

// recognisers tell numbers made of digits only.
func recognisers() []recogniser {
	return []recogniser{
		{secret: secretBelgian, lengths: []int{11}, test: belgianNumber, chance: 2. / 97, alone: true},
		{secret: secretDutch, lengths: []int{9}, test: dutchNumber, chance: 1. / 11},
		{secret: secretDutch, lengths: []int{8}, test: dutchNumberShort, chance: 1. / 11, whole: true},
		{secret: secretFrench, lengths: []int{15}, test: frenchNumber, chance: 1. / 97, alone: true},
		{secret: secretTax, lengths: []int{11}, test: germanTaxNumber, chance: 1. / 10},
		{secret: secretLux, lengths: []int{13}, test: luxembourgNumber, chance: 1. / 100, alone: true},
		{secret: secretCard, lengths: []int{15, 16, 17, 18, 19}, test: paymentCard, chance: 1. / 10, alone: true},
		{secret: secretCard, lengths: []int{14}, test: dinersCard, chance: 1. / 10, whole: true},
	}
}

// letteredRecognisers tell numbers that hold a letter in a fixed place.
func letteredRecognisers() []recogniser {
	return []recogniser{
		{secret: secretPension, lengths: []int{12}, test: germanPensionNumber, chance: 1. / 10, alone: true},
		{secret: secretIrish, lengths: []int{8, 9}, test: irishNumber, chance: 1. / 23},
		{secret: secretFrench, lengths: []int{15}, test: func(s string) (bool, bool) {
			d := corsican(s)
			if !isDigits(d) {
				return false, false
			}
			return frenchNumber(d)
		}, chance: 1. / 97, alone: true},
	}
}

// labels are the words that say what the number behind them is, folded.
func labels(s secret) []string {
	switch s {
	case secretDutch:
		return []string{"bsn", "burgerservicenummer", "burgerservicenr", "sofi", "sofinummer"}
	case secretTax:
		return []string{"idnr", "steuerid", "steueridnr", "steuer-id", "steuer-idnr", "steueridentifikationsnummer", "identifikationsnummer", "tin"}
	case secretIrish:
		return []string{"pps", "ppsn", "pps no", "pps number"}
	}
	return nil
}

// sighting is one number in a cell that has the shape of a secret.
type sighting struct {
	secret   secret
	at       int // index of the recogniser, lettered ones behind the others
	from, to int // bytes in the cell
	passed   bool
	whole    bool // the cell holds nothing else
	believed bool // passed, and a word before it says what it is
	mayStand bool // passed and needs no word (recogniser.alone)
}

// detector looks for secrets in cells. It is made once per file and holds no
// state between cells.
type detector struct {
	plain, lettered []recogniser
}

func newDetector() *detector { return &detector{recognisers(), letteredRecognisers()} }

// size is how many recognisers there are.
func (d *detector) size() int { return len(d.plain) + len(d.lettered) }

// chanceOf is the chance of the recogniser at i.
func (d *detector) chanceOf(i int) (secret, float64) {
	r := d.at(i)
	return r.secret, r.chance
}

func (d *detector) at(i int) recogniser {
	if i < len(d.plain) {
		return d.plain[i]
	}
	return d.lettered[i-len(d.plain)]
}

// look finds every number of a secret's shape in a cell. Telephone numbers with
// their country ("+32 …", "0032 …") and numbers inside a word or an account
// number ("BE68 5390 …") are passed over.
func (d *detector) look(s string) []sighting {
	if !hasDigits(s, 7) {
		return nil
	}
	var found []sighting
	for _, t := range numberTokens(s) {
		if t.isForeignPhone(s) {
			continue
		}
		whole := strings.TrimSpace(s[:t.from]) == "" && strings.TrimSpace(s[t.to():]) == ""
		found = d.windows(found, s, t, whole)
	}
	return d.lookLettered(found, s)
}

// windows tries every run of whole groups of one token: in "0471 23 45 67
// 85.07.30-033.28" two numbers stand side by side.
func (d *detector) windows(found []sighting, s string, t numberToken, whole bool) []sighting {
	for i := range t.groups {
		for k := i; k < len(t.groups); k++ {
			from, to := t.groups[i].digit, t.groups[k].digit+t.groups[k].size
			if to-from > 19 {
				break
			}
			all := whole && i == 0 && k == len(t.groups)-1
			for at, r := range d.plain {
				if !fits(r.lengths, to-from) || r.whole && !all {
					continue
				}
				shaped, passed := r.test(t.digits[from:to])
				if !shaped {
					continue
				}
				start, end := t.groups[i].byte, t.groups[k].byte+t.groups[k].size
				found = append(found, sighting{
					secret: r.secret, at: at, from: start, to: end, passed: passed, whole: all,
					believed: passed && labelled(s[:start], r.secret), mayStand: passed && r.alone,
				})
			}
		}
	}
	return found
}

// lookLettered tries words made of digits and letters.
func (d *detector) lookLettered(found []sighting, s string) []sighting {
	for _, w := range letteredWords(s) {
		for k, r := range d.lettered {
			if !fits(r.lengths, len(w.text)) {
				continue
			}
			shaped, passed := r.test(w.text)
			if !shaped {
				continue
			}
			found = append(found, sighting{
				secret: r.secret, at: len(d.plain) + k, from: w.from, to: w.to, passed: passed,
				whole:    strings.TrimSpace(s[:w.from]) == "" && strings.TrimSpace(s[w.to:]) == "",
				believed: passed && labelled(s[:w.from], r.secret), mayStand: passed && r.alone,
			})
		}
	}
	return found
}

func fits(lengths []int, n int) bool {
	for _, l := range lengths {
		if l == n {
			return true
		}
	}
	return false
}

// labelled reports whether the text before a number ends in a word that says
// what it is, as in "BSN: ".
func labelled(before string, s secret) bool {
	if len(before) > 60 {
		before = before[len(before)-60:]
	}
	folded := strings.TrimRight(Fold(strings.ToValidUTF8(before, "")), " :.=#-\"'")
	for _, tail := range []string{"nr", "no", "number", "nummer", "is"} {
		if short := strings.TrimSuffix(folded, " "+tail); short != folded {
			folded = strings.TrimRight(short, " :.")
		}
	}
	for _, l := range labels(s) {
		rest, found := strings.CutSuffix(folded, l)
		if found && (rest == "" || !isWordByte(rest[len(rest)-1])) {
			return true
		}
	}
	return false
}

func hasDigits(s string, least int) bool {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			if n++; n == least {
				return true
			}
		}
	}
	return false
}
