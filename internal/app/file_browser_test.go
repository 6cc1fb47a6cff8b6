package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// mailingExport is what a mailing tool gives out of an audience that nobody looked
// after: one person twice, one address with a space, one that is none, and notes.
func mailingExport(t *testing.T) string {
	t.Helper()
	rows := []string{
		"Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,LEID,EUID,NOTES,TAGS",
		"jan@example.com,Jan,Peeters,Dorpsstraat 1  Leuven  3000  BE,016 12 34 56,,2,2019-03-01 08:00:00,,,,2019-03-01 08:00:00,1,a,,",
		"jan.peeters@example.com,Jan,Peeters,Dorpsstraat 1  Leuven  3000  BE,+32 16 12 34 56,,2,2020-03-01 08:00:00,,,,2020-03-01 08:00:00,2,b,,",
		" AN@example.com ,An,Daems,,,,2,2021-05-01 08:00:00,,,,2021-05-01 08:00:00,3,c,allergic to nuts,",
		"not an address,Bo,Claes,,,,2,,,,,,4,d,,",
	}
	for k := range 30 {
		rows = append(rows, fmt.Sprintf("klant%d@example.com,Zoë,Maes %d,,,,2,,,,,,%d,e%d,,", k, k, k+10, k))
	}
	path := filepath.Join(t.TempDir(), "audience_export.csv")
	if err := os.WriteFile(path, []byte(strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestANewFirmHasItsCustomerFileInOrderInABrowser goes from the export of a mailing
// tool to a file that is filled, cleaned, explained and lawful, led by the first steps
// alone.
func TestANewFirmHasItsCustomerFileInOrderInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is seen in the long run")
	}
	for _, w := range []width{desktop(), {"narrow", 375, true}} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			base, _ := running(t)
			b := openBrowser(t, base, w)
			b.open("/sign-in")
			b.fill("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
			b.open("/contacts")
			b.at("/contacts", "0 of 6 done")
			b.shot("file-01-empty")
			b.bringIn()
			b.clean()
			b.explain()
			b.publish()
			b.open("/contacts")
			b.at("/contacts", "5 of 6 done")
			b.shot("file-09-one-left")
			b.nextStep("/contacts/forms")
			b.shot("file-10-forms")
		})
	}
}

// nextStep follows the first step that is open.
func (b *browser) nextStep(path string) {
	b.t.Helper()
	b.open("/contacts")
	to := eval[string](b, `document.querySelector(".check-steps li.fw-bold a").getAttribute("href")`)
	if to != path {
		b.t.Fatalf("%s: the next step is %s, want %s", b.width.name, to, path)
	}
	b.open(to)
}

func (b *browser) bringIn() {
	b.t.Helper()
	b.nextStep("/contacts/import")
	b.do(chromedp.SetUploadFiles(`input[name=file]`, []string{mailingExport(b.t)}))
	b.fill("/contacts/import", nil)
	b.at("/contacts/import/", "34")
	b.shot("file-02-preview")
	b.fill("/confirm", nil)
	b.open("/contacts")
	b.at("/contacts", "1 of 6 done")
	b.shot("file-03-people")
}

// clean merges the one who is there twice.
func (b *browser) clean() {
	b.t.Helper()
	b.open("/contacts/doubles")
	b.until(`document.querySelector("a[href^='/contacts/doubles/']") !== null || (location.reload(), false)`)
	b.shot("file-04-doubles")
	pair := eval[string](b, `document.querySelector("main a[href^='/contacts/doubles/'], #content a[href^='/contacts/doubles/']").getAttribute("href")`)
	b.open(pair)
	b.shot("file-05-compare")
	b.fill(pair, nil)
	b.open("/contacts?text=peeters")
	if n := eval[int64](b, `document.querySelectorAll("#results [data-row]").length`); n != 1 {
		b.t.Fatalf("%s: %d times Peeters after the merge", b.width.name, n)
	}
}

// explain confirms what is kept, what for, and who is in charge.
func (b *browser) explain() {
	b.t.Helper()
	b.nextStep("/contacts/fields")
	b.shot("file-06-fields")
	b.sendLast("/contacts/fields/confirm")
	b.nextStep("/record")
	b.fill("/record/confirm", nil)
	b.nextStep("/record/general")
	keeper := eval[string](b, `[...document.querySelector("select[name=keeper]").options].find(o=>o.text.includes("Lotte")).value`)
	b.fill("/record/general", map[string]string{"keeper": keeper, "no_joint": "yes", "no_dpo": "yes"})
	b.open("/record")
	b.shot("file-07-record")
}

// sendLast sends the last form of an address on the page.
func (b *browser) sendLast(action string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(function(){var mark=document.createElement("i");mark.id="before";document.body.append(mark);
		[...document.forms].filter(f=>new URL(f.action).pathname===%q).pop().requestSubmit();return true})()`, action))
	b.do(chromedp.WaitNotPresent("#before"), chromedp.WaitReady("body"))
}

func (b *browser) publish() {
	b.t.Helper()
	b.open("/contacts")
	b.at("/contacts", "4 of 6 done")
	b.open("/record/texts?lang=nl")
	b.fill("/record/texts/publish", map[string]string{"know": "1"})
	b.open("/privacy?lang=nl")
	b.at("/privacy", "Hoeve Ter Linde")
	b.shot("file-08-privacy")
}

// TestEveryPageOfTheCustomerFileFitsAPhone opens all of them at the narrowest width,
// light and dark: nothing must be scrolled sideways and no name of a text shows.
func TestEveryPageOfTheCustomerFileFitsAPhone(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is seen in the long run")
	}
	base, _ := running(t)
	b := openBrowser(t, base, width{"narrow", 375, true})
	b.open("/sign-in")
	b.fill("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
	b.bringIn()
	person := eval[string](b, `document.querySelector("#results [data-row]").getAttribute("href")`)
	for _, path := range []string{
		"/contacts?text=maes", "/contacts?text=nobody-at-all", person, person + "/edit", "/contacts/add", "/contacts/segments", "/contacts/imports",
		"/contacts/sources", "/contacts/doubles", "/contacts/forms", "/contacts/forms/new", "/contacts/forms/repermission", "/contacts/suppression",
		"/contacts/export", "/contacts/retention", "/contacts/retention/people", "/contacts/retention/archive", "/contacts/fields", "/contacts/fields/new",
		"/contacts/log", "/requests", "/requests/new", "/record", "/record/general", "/record/purposes/newsletter", "/record/processors",
		"/record/processors/new", "/record/clients/new", "/record/versions", "/record/texts", "/privacy", "/rights", "/preferences",
	} {
		b.open(path)
		if eval[bool](b, `document.querySelector(".empty-title, h1") === null`) {
			t.Errorf("%s has no heading", path)
		}
		if eval[bool](b, `(function(){var e=document.querySelector(".contacts-nav [aria-current]");if(!e){return false}var r=e.getBoundingClientRect();return r.left<0||r.right>innerWidth+1})()`) {
			t.Errorf("%s: the tab of the page is out of sight", path)
		}
		b.shot("phone-" + strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(strings.TrimPrefix(strings.Replace(path, person, "person", 1), "/")), "-"))
	}
}
