package app_test

import (
	"strings"
	"testing"
)

// TestThePrivacyTextInABrowser reads the draft, publishes it and reads it as anybody
// does.
func TestThePrivacyTextInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is seen in the long run")
	}
	for _, w := range []width{desktop(), {"narrow", 375, true}} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			base, _ := running(t)
			b := openBrowser(t, base, w)
			b.open("/privacy")
			b.shot("privacy-none")
			b.open("/sign-in")
			b.send("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
			b.open("/record/texts?lang=nl")
			b.shot("notices-draft")
			b.send("/record/texts/publish", map[string]string{"know": "1"})
			b.saysNoKey("Version 1 is published")
			b.shot("notices-published")
			b.open("/privacy?lang=nl")
			b.saysNoKey("Uw recht van bezwaar")
			b.shot("privacy-nl")
		})
	}
}

// saysNoKey looks for a sentence, and for the name of a text where its words should be.
func (b *browser) saysNoKey(sentence string) {
	b.t.Helper()
	text := b.text("body")
	if !strings.Contains(text, sentence) {
		b.t.Fatalf("%s: %q is missing in %s", b.width.name, sentence, text)
	}
	if raw := eval[string](b, `(document.body.innerText.match(/\bnotice\.[a-z]+(_[a-z]+)*\b/)||[""])[0]`); raw != "" {
		b.t.Errorf("%s shows the key %s", b.width.name, raw)
	}
}
