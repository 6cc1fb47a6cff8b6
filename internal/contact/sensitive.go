package contact

import "strings"

// refusedHeading says by its heading alone that a column may not be kept, as the
// key of its warning; empty when it may.
func refusedHeading(heading string, refused map[string]Field) faultKey {
	switch refused[foldKey(heading)] {
	case "national":
		return keyColumnNational
	case "card":
		return keyColumnCard
	case "password":
		return keyColumnPassword
	}
	return ""
}

// columnKey and cellKey are what is said about a secret.
func (s secret) columnKey() faultKey { return faultKey("intake.column_" + string(s)) }

func (s secret) cellKey() faultKey { return faultKey("intake.cell_" + string(s)) }

// secrets are all kinds, for the tests of the texts.
func secrets() []secret {
	return []secret{
		secretBelgian, secretDutch, secretFrench, secretTax, secretPension, secretLux, secretIrish, secretCard, secretHash,
	}
}

// hashMarks begin the stored passwords of shops and web sites (crypt, bcrypt,
// Argon2, scrypt, PBKDF2, phpass, LDAP).
func hashMarks() []string {
	return []string{
		"$2y$", "$2a$", "$2b$", "$2x$", "$argon2", "$scrypt$", "$7$", "$1$", "$5$", "$6$", "$y$", "$P$", "$H$", "$S$",
		"$pbkdf2", "pbkdf2_", "pbkdf2:", "scrypt:", "bcrypt_sha256$", "bcrypt$", "argon2$", "sha1$", "sha256$", "{SSHA", "{SHA", "{CRYPT}", "{MD5}",
	}
}

// isSecretHash recognises a stored password: by its mark, or as the naked SHA-1,
// SHA-256 or SHA-512 of something, or with its salt behind a colon.
func isSecretHash(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) < 20 {
		return false
	}
	for _, m := range hashMarks() {
		if strings.HasPrefix(s, m) {
			return true
		}
	}
	head, salt, salted := strings.Cut(s, ":")
	switch len(head) {
	case 40, 64, 96, 128:
		return isHex(head) && len(salt) <= 64
	case 32:
		return salted && salt != "" && isHex(head) && len(salt) <= 64
	}
	return false
}

func isHex(s string) bool {
	letters := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
			letters++
		case !isDigit(c):
			return false
		}
	}
	return letters > 0
}

// guard keeps secrets out of one file: it knows which columns are refused and
// what to believe of a single number in the others.
type guard struct {
	detector *detector
	verdicts []verdict
	headings []faultKey // by column, refused for its heading
	// inPreamble: a secret stands among or above the headings.
	inPreamble bool
	words      *wordFinder
	notes      map[int]bool // columns of free text
	hints      map[int]hint
}

// standGuard looks at every value of the file, once, before anything of it is
// taken or kept.
func (f *File) standGuard(headings []string, width int) error {
	if f.guard != nil { // the census was taken when the file was cleaned
		f.guard.widen(width)
		return nil
	}
	rows, err := f.again()
	if err != nil {
		return err
	}
	g := &guard{detector: newDetector(), headings: make([]faultKey, width), notes: map[int]bool{}, hints: map[int]hint{}}
	for i, h := range headings {
		if isNoteHeading(h) {
			g.notes[i] = true
		}
	}
	if g.words, err = newWordFinder(); err != nil {
		return err
	}
	c, err := takeCensus(rows, f.behind, width, func(cells []string) {
		for _, s := range cells {
			g.inPreamble = g.inPreamble || g.inHeading(s)
		}
	}, g.hintIn)
	if err != nil {
		return err
	}
	g.verdicts = c.verdicts()
	refused := parseWords(refusedTable)
	for i := range min(width, len(headings)) {
		g.headings[i] = refusedHeading(headings[i], refused)
		if f.Format == FormatRows && g.headings[i] == "" {
			g.headings[i] = refusedHeading(nestedHeading(headings[i]), refused)
		}
		// The number of a Dutch company passes the same test as a citizen's.
		if g.verdicts[i].column == secretDutch && foldKey(headings[i]) == "rsin" {
			g.verdicts[i].column = secretNone
		}
	}
	f.guard = g
	return nil
}

// widen makes room for columns a kept file did not know of when it was read in
// another way.
func (g *guard) widen(width int) {
	for len(g.verdicts) < width {
		g.verdicts, g.headings = append(g.verdicts, verdict{}), append(g.headings, "")
	}
}

// inHeading reports whether a heading, or a cell above the headings, is or holds a
// secret. A file without headings whose first row is taken for one has people in
// it.
func (g *guard) inHeading(s string) bool {
	if strings.Contains(s, withheld) || isSecretHash(s) {
		return true
	}
	for _, at := range g.detector.look(s) {
		if at.passed && (at.whole || at.believed || at.mayStand) {
			return true
		}
	}
	return false
}

// withheld stands in a kept file where a secret stood, followed by its kind. The
// rune is no character, so no file of people holds it.
const withheld = "\uFDD0"

// columnKey says why a column is refused; empty when it may stay.
func (g *guard) columnKey(i int) faultKey {
	if i < 0 || i >= len(g.verdicts) {
		return ""
	}
	if s := g.verdicts[i].column; s != secretNone {
		return s.columnKey()
	}
	return g.headings[i]
}

// inCell says which secret stands in a cell of a column that may stay.
func (g *guard) inCell(i int, s string) secret {
	if len(s) < 7 || len(g.verdicts) == 0 {
		return secretNone
	}
	if _, kind, found := strings.Cut(s, withheld); found {
		return knownSecret(kind)
	}
	if isSecretHash(s) {
		return secretHash
	}
	v := g.verdicts[min(i, len(g.verdicts)-1)]
	for _, at := range g.detector.look(s) {
		if at.believed || at.mayStand && v.single[at.secret] {
			return at.secret
		}
	}
	return secretNone
}

func knownSecret(s string) secret {
	for _, k := range secrets() {
		if string(k) == s {
			return k
		}
	}
	return secretCard
}
