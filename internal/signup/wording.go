package signup

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"clepsydra/internal/processing"
)

// Wording returns the exact words a visitor read at a box, in the language of his
// page: what a consent's proof points to. Empty for a box the version does not have.
func (v Version) Wording(b Box, lang string) string {
	for _, own := range v.Definition.Boxes {
		if own.Key() != b.Key() {
			continue
		}
		parts := []string{v.Definition.Title[lang], v.Definition.Intro[lang], "☐ " + own.Label[lang], v.Shipped[lang].Withdraw}
		return joined(parts)
	}
	return ""
}

// Name names the version for ever, such as "form 0192…7a3 v3".
func (v Version) Name() string { return "form " + string(v.FormID) + " v" + strconv.Itoa(v.Number) }

// Box returns a box by its key.
func (v Version) Box(key string) (Box, bool) {
	for _, b := range v.Definition.Boxes {
		if b.Key() == key {
			return b, true
		}
	}
	return Box{}, false
}

// WordsVersion names words that belong to no form, such as those of the preferences
// page: a fingerprint of the text.
func WordsVersion(of, text string) string {
	sum := sha256.Sum256([]byte(text))
	return of + " " + hex.EncodeToString(sum[:6])
}

// PurposeWords are the words with which a purpose is offered outside of a form.
func PurposeWords(p processing.Purpose, lang, country, channel string) string {
	return joined([]string{p.Name.In(lang, country) + " (" + channel + ")", p.Explain.In(lang, country)})
}

func joined(parts []string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n")
}
