package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"clepsydra/internal/app"
	"clepsydra/internal/communication"
	"clepsydra/internal/config"
	"clepsydra/internal/contact"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/response"
	"clepsydra/internal/stewardship"
)

const (
	killLetters = 6000
	killClocks  = 150
)

// The real program is killed with SIGKILL while it prints letters and sends a
// burst of reminders, and started again: every letter is in the print files once,
// and every reminder has gone out.
func TestKilledInTheMiddleNothingIsLost(t *testing.T) {
	if testing.Short() {
		t.Skip("waits until the leases of the killed program have run out")
	}
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGKILL")
	}
	t.Parallel()
	k := newKilled(t)
	k.start()
	k.until("three print files and twenty reminders", func() bool { return k.files() >= 3 && k.cards() >= 20 })
	k.kill()
	run, planned := k.run(), k.planned()
	if !run.IsActive() || planned == 0 {
		t.Fatalf("killed too late to prove anything: run %s at %d, %d reminders to go", run.State, run.Done, planned)
	}
	t.Logf("killed at letter %d of %d with %d reminders to go", run.Done, run.Total, planned)
	k.start()
	k.until("the rest", func() bool { return k.run().State == communication.Done && k.planned() == 0 })
	k.stop()
	k.checkLetters()
	k.checkReminders()
}

// killed is the program in a process of its own, and what it sends to.
type killed struct {
	t     *testing.T
	bin   string
	env   []string
	app   *app.App // the same data, read from here; its workers never start
	slack *Workspace
	mail  *Mailbox
	runID string
	cmd   *exec.Cmd
	said  bytes.Buffer
}

func newKilled(t *testing.T) *killed {
	t.Helper()
	k := &killed{t: t, bin: filepath.Join(t.TempDir(), "clepsydra")}
	if out, err := exec.Command("go", "build", "-o", k.bin, "clepsydra/cmd/clepsydra").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	dir := t.TempDir()
	clocks := k.prepare(dir)
	cfg := config.Config{Address: "127.0.0.1:0", Data: DataIn(dir), KeyFile: KeyIn(dir), LogLevel: "error"}
	k.env = append(os.Environ(), "CLEPSYDRA_ADDRESS="+cfg.Address, "CLEPSYDRA_DATA="+cfg.Data, "CLEPSYDRA_KEY_FILE="+cfg.KeyFile,
		"CLEPSYDRA_LOG_LEVEL=error", "CLEPSYDRA_DATABASE_URL=", "CLEPSYDRA_KEY=")
	db, key, _, err := app.OpenData(t.Context(), cfg)
	k.ok(err)
	k.app, err = app.New(cfg, db, key, app.Options{})
	k.ok(err)
	t.Cleanup(func() {
		if err := k.app.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	k.load(clocks)
	return k
}

func (k *killed) ok(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// prepare makes the firm, its customers, an incident that is ready to print, and
// many that wait for their awareness.
func (k *killed) prepare(dir string) []incident.ID {
	k.t.Helper()
	ctx := k.t.Context()
	h, err := Open(ctx, Options{Dir: dir, Address: "127.0.0.1:0"}, func(err error) { k.t.Error(err) })
	k.ok(err)
	var csv bytes.Buffer
	k.ok(WriteMailingExport(&csv, People(killLetters, 1)))
	_, err = h.App.Stewardship.Import(ctx, h.Actor(), stewardship.ImportInput{
		File: bytes.NewReader(csv.Bytes()), Size: int64(csv.Len()), Name: "klanten.csv", Options: contact.Options{DefaultCountry: "BE"},
	})
	k.ok(err)
	var ids []incident.ID
	for n := range killClocks + 1 {
		r, err := h.App.Response.Report(ctx, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
			SendKey: fmt.Sprint("kill-", n), Scenario: "wrong_recipient_mail", Text: "Bestand naar de verkeerde gemaild.", Via: "form"})
		k.ok(err)
		j := incident.Judgement{Verdict: incident.Breach, Kinds: leaked(), Reason: "Adressen kwamen bij een vreemde aan."}
		k.ok(h.App.Response.Triage(ctx, h.Actor(), r.IncidentID, j, ""))
		ids = append(ids, r.IncidentID)
	}
	k.ready(h, ids[0])
	k.ok(h.Close(ctx))
	return ids
}

// ready freezes everybody and approves the letters of an incident.
func (k *killed) ready(h *House, id incident.ID) {
	k.t.Helper()
	ctx, verbs := k.t.Context(), h.App.Response
	k.ok(verbs.DecideRisk(ctx, h.Actor(), id, response.RiskDecision{Risk: incident.HighRiskLikely, Reason: "Alle klanten."}))
	_, err := verbs.PickPeople(ctx, h.Actor(), id, communication.Selection{All: true})
	k.ok(err)
	_, err = verbs.Freeze(ctx, h.Actor(), id)
	k.ok(err)
	_, err = verbs.MendAll(ctx, h.Actor(), id)
	k.ok(err)
	k.ok((&told{n: &narrator{h: h}, id: id}).byMail(ctx))
	_, err = verbs.ApproveLetters(ctx, h.Actor(), id)
	k.ok(err)
}

// load connects Slack and mail, asks for the letters and confirms all awarenesses
// two and a half days ago: the work waits in the queue for the program to start.
func (k *killed) load(ids []incident.ID) {
	k.t.Helper()
	ctx := k.t.Context()
	var err error
	k.slack, err = NewWorkspace(time.Now)
	k.ok(err)
	k.mail, err = NewMailbox()
	k.ok(err)
	k.t.Cleanup(func() { _, _ = k.slack.Close(), k.mail.Close() })
	f, err := k.app.Firms.Get(ctx, k.app.DB.R)
	k.ok(err)
	actor := journal.Actor{Kind: journal.ByAccount, ID: f.LeadID}
	f.Slack = firm.Slack{BotToken: slackToken, Channel: slackChannel, SigningSecret: slackSecret, APIURL: k.slack.URL()}
	f.SMTP = firm.SMTP{Host: k.mail.Host(), Port: k.mail.Port(), From: "clepsydra@hoeve.example.com", TLS: "none"}
	k.ok(k.app.Accounts.SaveFirm(ctx, actor, f))
	for _, id := range ids[1:] {
		k.ok(k.app.Response.ConfirmAwareness(ctx, actor, id, time.Now().Add(-61*time.Hour), "De ontvanger bevestigde het."))
	}
	papers, err := k.app.Response.LetterTexts(ctx, ids[0])
	k.ok(err)
	if len(papers.Needed()) == 0 {
		k.t.Fatal("nobody reads the letters")
	}
	lists, err := communication.SnapshotsOf(ctx, k.app.DB.R, ids[0])
	k.ok(err)
	run, err := k.app.Response.StartRun(ctx, actor, ids[0], lists[0].ID, k.paper(ids[0]), communication.Merged)
	k.ok(err)
	k.runID = run.ID
}

func (k *killed) paper(id incident.ID) string {
	k.t.Helper()
	var paper string
	k.ok(k.app.DB.R.NewRaw("SELECT id FROM papers WHERE incident_id = ? AND kind = 'letters'", id).Scan(k.t.Context(), &paper))
	return paper
}

func (k *killed) start() {
	k.t.Helper()
	k.cmd = exec.Command(k.bin, "serve")
	k.cmd.Env, k.cmd.Stderr = k.env, &k.said
	k.ok(k.cmd.Start())
}

func (k *killed) kill() {
	k.t.Helper()
	k.ok(k.cmd.Process.Kill())
	_ = k.cmd.Wait() // killed: the error is what was wanted
}

func (k *killed) stop() {
	k.t.Helper()
	k.ok(k.cmd.Process.Signal(os.Interrupt))
	if err := k.cmd.Wait(); err != nil {
		k.t.Errorf("serve: %v\n%s", err, k.said.String())
	}
}

// until waits for something to become true.
func (k *killed) until(what string, holds func() bool) {
	k.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for late := time.After(3 * time.Minute); !holds(); {
		select {
		case <-look.C:
		case <-late:
			k.kill()
			k.t.Fatalf("waited too long for %s: run %+v, %d reminders to go\n%s", what, k.run(), k.planned(), k.said.String())
		}
	}
}
