package contact

// IsForbidden reports whether a text that somebody typed is or holds what no customer
// file may keep: a national number, a payment card, a stored password. A telephone
// number is none of them.
func IsForbidden(s string) bool {
	if isSecretHash(s) {
		return true
	}
	for _, at := range newDetector().look(s) {
		if at.believed || at.mayStand && at.passed {
			return true
		}
	}
	return false
}
