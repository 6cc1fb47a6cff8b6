package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"clepsydra/internal/account"
	"clepsydra/internal/app"
	"clepsydra/internal/config"
	"clepsydra/internal/firm"
)

const password = "een lange zin voor de test"

// running is the whole program on a free port, set up for one firm.
func running(t *testing.T) (base, reportToken string) {
	t.Helper()
	a := program(t)
	f, err := a.Firms.Get(context.Background(), a.DB.R)
	if err != nil {
		t.Fatal(err)
	}
	return a.BaseURL(), f.ReportToken
}

// program is running itself, for tests that look behind the pages.
func program(t *testing.T) *app.App {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	cfg := config.Config{Address: "127.0.0.1:0", Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key", "clepsydra.key"), LogLevel: "error"}
	db, key, _, err := app.OpenData(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(cfg, db, key, app.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(ctx, func(err error) { t.Error(err) }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	secret, err := a.Accounts.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Accounts.Setup(ctx, secret, account.SetupInput{
		Firm: firm.Firm{Name: "Hoeve Ter Linde", Street: "Lindestraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Zone: "Europe/Brussels",
			Language: "nl", Languages: []string{"nl", "fr"}, AuthorityID: "BE-GBA", CompanyNumber: "0123.456.749", Email: "info@example.com", Phone: "+32 16 00 00 00",
			BaseURL: a.BaseURL()},
		Lead: account.Account{Name: "Lotte Verhelst", Email: "lotte@example.com", Language: "en"}, Password: password,
		Deputy: account.Account{Name: "Jan Prinsen", Email: "jan@example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// fill types into a form, as a person would, and sends it. The form is the one
// whose action ends in the given path; values are text, or ticks by value.
func (b *browser) fill(action string, values map[string]string) {
	b.t.Helper()
	v, err := json.Marshal(values)
	if err != nil {
		b.t.Fatal(err)
	}
	problem := eval[string](b, fmt.Sprintf(`(function(){
		var form=[...document.forms].find(f=>f.method==="post"&&new URL(f.action).pathname.endsWith(%q));
		if(!form){return "no form "+%q+" on "+location.pathname}
		form.closest("details")&&(form.closest("details").open=true);
		for(const [name,value] of Object.entries(%s||{})){
			const all=[...form.elements].filter(e=>e.name===name);
			if(!all.length){return "no field "+name}
			const tick=all.filter(e=>e.type==="radio"||e.type==="checkbox");
			const typed=all.find(e=>!tick.includes(e));
			if(tick.length&&!(typed&&!tick.some(e=>e.value===value))){const wanted=value.split(",");tick.forEach(e=>{if(e.type==="checkbox"||wanted.includes(e.value)){e.checked=wanted.includes(e.value)||(wanted.includes("on")&&e.value==="on");e.dispatchEvent(new Event("change",{bubbles:true}))}})}
			else{typed.value=value;typed.dispatchEvent(new Event("input",{bubbles:true}));typed.dispatchEvent(new Event("change",{bubbles:true}))}
		}
		var mark=document.createElement("i");mark.id="before";document.body.append(mark);
		form.noValidate=true;
		var button=[...form.querySelectorAll("button")].find(x=>x.type==="submit"&&!x.name);
		button?form.requestSubmit(button):form.requestSubmit();
		return ""})()`, action, action, v))
	if problem != "" {
		b.t.Fatalf("%s: %s", b.width.name, problem)
	}
	b.do(chromedp.WaitNotPresent("#before"), chromedp.WaitReady("body"))
}

// at checks where the browser came out and that the page is not a fault.
func (b *browser) at(path, words string) {
	b.t.Helper()
	where, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		b.t.Fatal(err)
	}
	text := b.text("body")
	if !strings.Contains(where, path) || !strings.Contains(text, words) {
		b.t.Fatalf("%s: at %s, want %s with %q in\n%s", b.width.name, where, path, words, text)
	}
}

func photo(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	img.Set(3, 3, color.White)
	path := filepath.Join(t.TempDir(), "photo.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func customersFile(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("Email Address,First Name,Last Name,Street,Zip,City,Country,Language\n")
	for k := range 40 {
		fmt.Fprintf(&b, "klant%d@example.com,Zoë,Peeters %d,Kerkstraat %d,3000,Leuven,BE,%s\n", k, k, k+1, []string{"nl", "fr"}[k%2])
	}
	path := filepath.Join(t.TempDir(), "export.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheWholeStoryInABrowser goes from the report on a phone to the register, on
// a phone and at a desk, and keeps a picture of every page on the way.
func TestTheWholeStoryInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is seen in the long run")
	}
	for _, w := range []width{desktop(), phone()} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			base, token := running(t)
			b := openBrowser(t, base, w)
			b.reportALeak(token)
			id := b.judge()
			b.tellWho(id)
			b.tellTheAuthority(id)
			b.writeLetters(id)
			b.finish(id)
		})
	}
}

func (b *browser) reportALeak(token string) {
	b.t.Helper()
	b.open("/report/" + token)
	b.shot("report")
	b.do(chromedp.SetUploadFiles(`input[name=files]`, []string{photo(b.t)}))
	b.fill("/report/"+token, map[string]string{
		"scenario": "wrong_recipient_mail", "text": "I mailed the order list to the wrong wholesaler. The file was attached.", "when": "now", "data": "contact_email,name",
	})
	b.at("/status/", "INC-")
	b.shot("report-receipt")
}

func (b *browser) judge() (id string) {
	b.t.Helper()
	b.open("/sign-in")
	b.shot("sign-in")
	b.fill("/sign-in", map[string]string{"email": "lotte@example.com", "password": password})
	b.at("/", "I mailed the order list")
	b.shot("board-report")
	id = eval[string](b, `document.querySelector('a[href^="/incidents/0"]').getAttribute("href")`)
	b.open(id)
	b.shot("triage")
	b.fill(id+"/triage", map[string]string{"verdict": "breach", "kinds": "C", "reason": "Names and addresses of customers went to somebody else."})
	b.shot("aware")
	b.fill(id+"/aware", map[string]string{"choice": "now", "reason": ""})
	b.at(id, "72")
	if !strings.Contains(b.text("body"), "eason") {
		b.t.Error("awareness without a reason is not refused with a word about it")
	}
	b.fill(id+"/aware", map[string]string{"choice": "now", "reason": "The mail stands in the sent folder."})
	b.at(id, "Step by step")
	b.shot("overview")
	b.open(id + "/risk")
	b.shot("risk")
	b.fill(id+"/risk", map[string]string{"risk": "high_risk", "reason": "The orders show habits and addresses."})
	b.open("/")
	b.at("/", "2 clocks are running")
	b.shot("board")
	return id
}

func (b *browser) tellWho(id string) {
	b.t.Helper()
	b.open(id + "/people")
	b.shot("people-empty")
	b.open("/contacts/import?incident=" + strings.TrimPrefix(id, "/incidents/"))
	b.shot("import")
	b.do(chromedp.SetUploadFiles(`input[name=file]`, []string{customersFile(b.t)}))
	b.fill("/contacts/import", nil)
	b.at("/contacts/import/", "40")
	b.shot("import-preview")
	b.fill("/confirm", nil)
	b.at("/people", "40")
	b.fill(id+"/people/pick", map[string]string{})
	b.shot("people")
	b.open(id + "/people/freeze")
	b.shot("freeze")
	b.fill(id+"/people/freeze", nil)
	b.at("/people", "40")
	b.shot("people-frozen")
	b.open("/contacts")
	b.shot("contacts")
	b.findByKeys()
}

// findByKeys finds a customer with the keyboard alone: a slash, a part of his mail
// address, down, enter.
func (b *browser) findByKeys() {
	b.t.Helper()
	b.do(chromedp.KeyEvent("/"), chromedp.KeyEvent("klant37@"))
	b.until(`document.querySelectorAll("#results [data-row]").length === 1`)
	b.shot("contacts-found")
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter), chromedp.WaitNotPresent("#results"), chromedp.WaitReady("h1"))
	b.at("/contacts/people/", "Peeters 37")
	b.shot("contact")
}

// until waits for a condition of the page.
func (b *browser) until(condition string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](condition, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		b.t.Fatalf("%s: %s never held: %v", b.width.name, condition, err)
	}
}

func (b *browser) tellTheAuthority(id string) {
	b.t.Helper()
	b.open(id + "/authority")
	b.at("/authority", "Still missing")
	b.shot("authority")
	for _, question := range []string{"persons", "consequences", "measures"} {
		eval[int](b, fmt.Sprintf(`(document.querySelectorAll('form[action$="/authority/answer"]').forEach(f=>{if(f.elements.question.value!==%q)f.remove()}),1)`, question))
		b.fill(id+"/authority/answer", map[string]string{"text": "Customers of the web shop", "state": "given"})
	}
	b.fill(id+"/authority/approve", nil)
	b.at("/authority", "Version 1")
	b.fill(id+"/authority/file", map[string]string{"receipt": ""})
	b.at("/authority/file", "eceipt")
	b.fill(id+"/authority/file", map[string]string{"receipt": "GBA-2026-0815"})
	b.at("/authority", "GBA-2026-0815")
	b.shot("authority-filed")
}

func (b *browser) writeLetters(id string) {
	b.t.Helper()
	b.open(id + "/letters")
	b.shot("letters")
	b.fill(id+"/letters/approve", nil)
	b.fill(id+"/letters/runs", map[string]string{"format": "merged"})
	b.do(chromedp.WaitVisible(`a[href*="/files/1"]`))
	b.shot("letters-run")
	b.open(id + "/letters")
	b.fill(id+"/letters/sent", nil)
	b.shot("letters-sent")
}

func (b *browser) finish(id string) {
	b.t.Helper()
	b.open(id + "/work")
	b.shot("work")
	for range 20 {
		next := eval[string](b, `(document.querySelector('form[action*="/tasks/"]')||{getAttribute(){return ""}}).getAttribute("action")`)
		if next == "" {
			break
		}
		b.fill(next, map[string]string{"note": "done"})
	}
	b.open(id + "/timeline")
	b.shot("timeline")
	b.open(id + "/close")
	b.shot("close")
	b.fill(id+"/close", map[string]string{"lessons": "Check the address before sending.", "feedback": "Thank you, the people were told."})
	b.at("/close", "losed")
	b.open("/register")
	b.at("/register", "INC-")
	b.shot("register")
	b.open("/incidents")
	b.shot("incidents")
	b.open("/settings")
	b.shot("settings")
	b.open("/")
	b.at("/", "0 clocks are running")
}
