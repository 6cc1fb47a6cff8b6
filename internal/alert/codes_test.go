package alert

import (
	"os"
	"strings"
	"testing"
)

func TestEveryCodeOfEveryListIsTranslated(t *testing.T) {
	raw, err := os.ReadFile("../../templates/locales/alert.en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"status", "risk", "duty", "asked", "asks", "missing"} {
		for _, code := range codes(list) {
			if !strings.Contains(string(raw), "alert."+list+"_"+code+":") {
				t.Errorf("alert.%s_%s has no text", list, code)
			}
		}
	}
	if codes("nonsense") != nil {
		t.Error("an unknown list has codes")
	}
}
