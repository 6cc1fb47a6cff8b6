package document_test

import (
	"strings"
	"testing"

	"clepsydra/internal/document"
)

func TestAddressStandsInTheWindow(t *testing.T) {
	t.Parallel()
	for _, country := range []string{"BE", "NL", "FR", "DE"} {
		t.Run(country, func(t *testing.T) {
			t.Parallel()
			run := document.SampleRun()
			run.Window = document.WindowFor(country)
			w := run.Window
			l := document.SampleLetter(1)
			l.Recipient = []string{"Qqmevrouw Qqanna", "Qqstichting voor Qqonderzoek en Qqonderwijs in de Qqstreek", "Qqweg 12", "Qqlaan", "9000 Qqstad"}
			pdf, _ := merged(t, run, l)
			found := 0
			for _, at := range wordsOf(t, pdf) {
				inside := at.left < w.X+w.Width && at.right > w.X && at.top < w.Y+w.Height && at.foot > w.Y+1
				if strings.HasPrefix(at.text, "Qq") {
					found++
					// Half a millimetre: a word's box is higher than its ink.
					if at.left < w.X-0.1 || at.right > w.X+w.Width+0.1 || at.top < w.Y-0.7 || at.foot > w.Y+w.Height+0.7 {
						t.Errorf("%q at %.1f..%.1f, %.1f..%.1f lies outside %+v", at.text, at.left, at.right, at.top, at.foot, w)
					}
				} else if inside && !strings.Contains("voor en in de 12 9000", at.text) {
					t.Errorf("%q shows through the window", at.text)
				}
			}
			if found != 9 {
				t.Errorf("%d of 9 words of the address found", found)
			}
			if country == "DE" && !strings.Contains(textOf(t, pdf), "Hoeve Ter Linde · Molenstraat 14") {
				t.Error("DIN 5008 wants the sender above the address")
			}
		})
	}
}

func TestWindowOfACountry(t *testing.T) {
	t.Parallel()
	for country, want := range map[string]string{"BE": "BE", "nl": "NL", "FR": "FR", "LU": "FR", "DE": "DE", "at": "DE", "US": "BE", "": "BE"} {
		if got := document.WindowFor(country).Name; got != want {
			t.Errorf("WindowFor(%q) = %s, want %s", country, got, want)
		}
	}
}
