package app_test

import (
	"strings"
	"testing"
)

// TestTheRecordOfProcessingIsKeptInABrowser confirms what is proposed and adds a
// processor, with the pages alone.
func TestTheRecordOfProcessingIsKeptInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is seen in the long run")
	}
	for _, w := range []width{desktop(), phone()} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			base, token := running(t)
			b := openBrowser(t, base, w)
			b.open("/sign-in")
			b.fill("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
			b.open("/record")
			b.at("/record", "4 purposes are only proposed")
			b.shot("record-01-proposed")
			b.open("/record/purposes/newsletter")
			b.shot("record-02-purpose")
			b.fill("/record/purposes/newsletter", map[string]string{"months": "24", "no_recipients": "yes", "no_transfers": "yes"})
			b.at("/record", "3 purposes are only proposed")
			b.open("/record/general")
			b.shot("record-03-general")
			b.fill("/record/general", map[string]string{"no_dpo": "yes", "no_joint": "yes", "measures_text": "Paper is locked away"})
			b.at("/record", "Paper is locked away")
			b.open("/record/processors")
			b.shot("record-04-no-processors")
			b.open("/record/processors/new")
			action := eval[string](b, `document.querySelector("form[action*='/record/processors/own_']").getAttribute("action")`)
			b.fill(action, map[string]string{"name": "Mailhuis", "country": "US", "signed": "yes", "hours": "24", "purposes": "newsletter", "breach_phone": "+32 2 555 00 00"})
			b.at(action, "The data are outside the EEA and no ground is chosen.")
			b.shot("record-05-processor")
			b.open("/record/processors")
			b.shot("record-06-processors")
			b.open("/record/texts?lang=nl")
			b.at("/record/texts", "Mailhuis, land: Verenigde Staten")
			b.at("/record/texts", "Mailhuis is outside Europe")
			b.open("/record/versions")
			b.at("/record/versions", "SHA-256")
			b.shot("record-07-versions")
			b.open("/record/clients/new")
			b.shot("record-08-client")
			b.open("/report/" + token)
			b.fill("/report/"+token, map[string]string{"text": "Mailhuis says it was hacked.", "scenario": "supplier"})
			b.open("/incidents")
			incident := eval[string](b, `document.querySelector("main a[href^='/incidents/']").getAttribute("href")`)
			b.open(incident + "/work")
			b.fill(incident+"/processor", map[string]string{"processor": strings.TrimPrefix(action, "/record/processors/")})
			b.at(incident+"/work", "People in the customer file")
			b.shot("record-09-incident")
		})
	}
}
