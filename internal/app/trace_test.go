package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/app"
	"clepsydra/internal/communication"
	"clepsydra/internal/config"
	"clepsydra/internal/contact"
	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/journal"
	"clepsydra/internal/recall"
	"clepsydra/internal/response"
	"clepsydra/internal/stewardship"
)

// trace is the whole program with one person who is put through everything.
type trace struct {
	t      *testing.T
	app    *app.App
	who    journal.Actor
	key    database.Key
	dir    string // of the data; empty on PostgreSQL
	id     contact.ID
	breach incident.ID
}

const hers = "Naam;Voornaam;Familienaam;E-mail;Telefoon;Klantnummer;Straat;Postcode;Gemeente;Land;Taal\n" +
	"Xanthippe Quäckenbosch;Xanthippe;Quäckenbosch;xq.zeldzaam@zwaanhof.example;0478 31 29 77;KZ-907131;Kromme Zwaanstraat 7713;3271;Zichem;BE;nl\n"

// values are what may be found nowhere once she is erased.
func values() []string {
	return []string{
		"Xanthippe", "Quäckenbosch", "Quackenbosch", "xq.zeldzaam", "zwaanhof", "478312977", "478 31 29 77", "KZ-907131", "Zwaanstraat", "Kromme Zwaan",
	}
}

func eachTrace(t *testing.T, fn func(*trace)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		fn(newTrace(t, config.Config{Address: "127.0.0.1:0", Data: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key", "k")}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := databasetest.PostgresURL(t)
		fn(newTrace(t, config.Config{Address: "127.0.0.1:0", DatabaseURL: config.Secret(url), KeyFile: filepath.Join(t.TempDir(), "k")}))
	})
}

// newTrace builds the program without its workers, so that the queue keeps its jobs.
func newTrace(t *testing.T, cfg config.Config) *trace {
	t.Helper()
	ctx := context.Background()
	db, key, _, err := app.OpenData(ctx, cfg)
	h := &trace{t: t, key: key, dir: cfg.Data}
	h.ok(err)
	h.app, err = app.New(cfg, db, key, app.Options{Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))})
	h.ok(err)
	t.Cleanup(func() {
		if err := h.app.Stop(context.Background()); err != nil {
			t.Log(err)
		}
	})
	secret, err := h.app.Accounts.SetupLink(ctx)
	h.ok(err)
	res, err := h.app.Accounts.Setup(ctx, secret, account.SetupInput{
		Firm: firm.Firm{Name: "Hoeve Ter Linde", Street: "Lindestraat 1", Postcode: "3000", City: "Leuven", Country: "BE", Zone: "Europe/Brussels",
			Language: "nl", Languages: []string{"nl"}, AuthorityID: "BE-GBA", Email: "info@example.com", Phone: "+32 16 00 00 00"},
		Lead: account.Account{Name: "Lotte Vermeer", Email: "lotte@example.com", Language: "en"}, Password: password,
		Deputy: account.Account{Name: "Jan Peeters", Email: "jan@example.com", Language: "nl"},
	})
	h.ok(err)
	h.who = journal.Actor{Kind: journal.ByAccount, ID: string(res.Lead.ID)}
	return h
}

func (h *trace) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// live puts her through everything that the program does with people.
func (h *trace) live() {
	h.t.Helper()
	ctx := context.Background()
	s := h.app.Stewardship
	others := strings.Builder{}
	for k := range 60 {
		fmt.Fprintf(&others, "Klant %d;Klant;Nummer%d;k%d@example.com;;K%d;Kerkstraat %d;3000;Leuven;BE;nl\n", k, k, k, k, k)
	}
	file := hers + others.String()
	_, err := s.Import(ctx, h.who, stewardship.ImportInput{File: strings.NewReader(file), Size: int64(len(file)), Name: "xanthippe_quackenbosch.csv"})
	h.ok(err)
	_, err = s.Import(ctx, h.who, stewardship.ImportInput{File: strings.NewReader(hers + " "), Size: int64(len(hers) + 1), Name: "again.csv"})
	h.ok(err)
	page, err := s.Search(ctx, h.who, contact.Query{Text: "quackenbosch"})
	h.ok(err)
	h.id = page.Contacts[0].ID
	_, err = s.View(ctx, h.who, h.id)
	h.ok(err)
	_, err = s.SaveSegment(ctx, h.who, "Buren van Xanthippe Quäckenbosch", contact.Criteria{PostcodeFrom: "3271", PostcodeTo: "3271"})
	h.ok(err)
	_, err = s.KeepUpload(ctx, h.who, "x.csv", []byte(file))
	h.ok(err)
	for _, f := range contact.ExportFormats() {
		out, err := s.Export(ctx, h.who, contact.Query{}, f)
		h.ok(err)
		_, err = out.Write(ctx, io.Discard)
		h.ok(err)
	}
	h.incident()
}

// incident puts her on a frozen list with letters, and into every free text.
func (h *trace) incident() {
	h.t.Helper()
	ctx, now, r := context.Background(), time.Now().UTC(), h.app.Response
	rep, err := r.Report(ctx, journal.Actor{Kind: journal.ByReporter}, response.ReportInput{
		SendKey: "0123456789abcdef0123456789abcdef", Scenario: "wrong_recipient_mail", Text: "Mail van Xanthippe Quäckenbosch (0478/31.29.77) ging fout.",
		NoticedAt: now.Add(-time.Hour), Data: []string{"contact_email"}, Name: "X. Quäckenbosch, Xanthippe", Contact: "xq.zeldzaam@zwaanhof.example", Language: "nl", Via: "form",
	})
	h.ok(err)
	id := rep.IncidentID
	h.breach = id
	h.ok(r.Triage(ctx, h.who, id, incident.Judgement{Verdict: incident.Breach, Kinds: incident.Kinds{Confidentiality: true}, Reason: "gegevens van quackenbosch xanthippe"}, ""))
	h.ok(r.ConfirmAwareness(ctx, h.who, id, now.Add(-30*time.Minute), "gevonden"))
	h.ok(r.AddNote(ctx, h.who, id, "Gebeld met mevrouw Xanthippe Quäckenbosch,\nKromme Zwaanstraat 7713, klant KZ-907131. Zij belt terug.", now))
	_, err = r.AddRecipient(ctx, h.who, id, response.RecipientInput{Name: "Xanthippe Quäckenbosch", Email: "xq.zeldzaam@zwaanhof.example", Channel: recall.ByMail, Language: "nl"})
	h.ok(err)
	_, err = r.PickPeople(ctx, h.who, id, communication.Selection{All: true})
	h.ok(err)
	h.ok(r.ExcludePerson(ctx, h.who, id, string(h.id), "zit in het ziekenhuis", true))
	h.ok(r.ExcludePerson(ctx, h.who, id, string(h.id), "", false))
	snap, err := r.Freeze(ctx, h.who, id)
	h.ok(err)
	for _, f := range []communication.Format{communication.Merged, communication.Separate} {
		run, err := r.StartRun(ctx, h.who, id, snap.ID, "", f)
		h.ok(err)
		h.ok(r.RunLetters(ctx, run.ID, func(int, int) {}))
	}
	h.sql("UPDATE jobs SET last_error = ?", "550 no such user <xq.zeldzaam@zwaanhof.example>")
	h.sql("INSERT INTO channel_health (channel, failing, error, changed_at) VALUES ('mail', TRUE, ?, ?)", "<XQ.Zeldzaam@zwaanhof.example> refused", now)
	h.sql("INSERT INTO letter_texts (incident_id, language, nature, consequences, measures, advice, updated_by, updated_at) VALUES (?, 'nl', ?, '', '', '', '', ?)", id, "De mail van Xanthippe Quäckenbosch", now)
}

func (h *trace) sql(query string, args ...any) {
	h.t.Helper()
	_, err := h.app.DB.W.NewRaw(query, args...).Exec(context.Background())
	h.ok(err)
}

// found lists where her values stand: in which column of which table, in which file,
// or in the raw bytes of the decrypted database.
func (h *trace) found() []string {
	h.t.Helper()
	var out []string
	look := func(where string, content []byte) {
		for _, form := range [][]byte{content, bytes.ToLower(content), []byte(contact.Fold(string(content)))} {
			for _, v := range values() {
				for _, spelled := range []string{v, strings.ToLower(v), contact.Fold(v), base64.StdEncoding.EncodeToString([]byte(v))[:8], escapedInJSON(v)} {
					if bytes.Contains(form, []byte(spelled)) {
						out = append(out, where+" holds "+spelled)
						return
					}
				}
			}
		}
	}
	h.tables(look)
	if h.dir != "" {
		look("raw pages", databasetest.Decrypted(h.t, filepath.Join(h.dir, "clepsydra.db"), h.key))
		h.ok(filepath.WalkDir(h.dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			look(path, content)
			return err
		}))
	}
	return out
}

func escapedInJSON(v string) string { return strings.Trim(strings.ToLower(fmt.Sprintf("%+q", v)), `"`) }

// tables calls look with every column of every table.
func (h *trace) tables(look func(where string, content []byte)) {
	ctx, db := context.Background(), h.app.DB
	query := "SELECT m.name AS name, p.name AS col FROM sqlite_schema AS m, pragma_table_info(m.name) AS p WHERE m.type = 'table'"
	as := "CAST(? AS BLOB)"
	if db.IsPostgres() {
		query = "SELECT table_name AS name, column_name AS col FROM information_schema.columns WHERE table_schema = current_schema()"
		as = "convert_to(CAST(? AS TEXT), 'UTF8')"
	}
	var cols []struct{ Name, Col string }
	h.ok(db.R.NewRaw(query).Scan(ctx, &cols))
	for _, c := range cols {
		expression := as
		if db.IsPostgres() && (c.Col == "content" && (c.Name == "letter_files" || c.Name == "uploads" || c.Name == "evidence_content") || c.Col == "logo") {
			expression = "?"
		}
		rows, err := db.R.QueryContext(ctx, "SELECT "+expression+" FROM ?", bun.Ident(c.Col), bun.Ident(c.Name))
		h.ok(err)
		for rows.Next() {
			var content []byte
			h.ok(rows.Scan(&content))
			look(c.Name+"."+c.Col, content)
		}
		h.ok(errors.Join(rows.Err(), rows.Close()))
	}
}

// TestNothingOfAnErasedPersonIsFoundAnywhere is rule thirteen: she is imported,
// searched, exported, told of a breach and named in notes; once she is erased no value
// of hers stands in any table, in the raw bytes of the decrypted database or in any
// file, and everybody else is as he was.
func TestNothingOfAnErasedPersonIsFoundAnywhere(t *testing.T) {
	t.Parallel()
	eachTrace(t, func(h *trace) {
		ctx := context.Background()
		h.live()
		before := h.found()
		for _, where := range []string{"contacts.name", "contacts.search", "uploads.content", "contact_imports.file_name", "contact_segments.name", "affected_people.street",
			"journal_texts.content", "reports.content", "reports.contact", "recall_recipients.email", "jobs.last_error", "channel_health.error", "decisions.reason", "letter_texts.nature"} {
			if !strings.Contains(strings.Join(before, "\n"), where) {
				h.t.Errorf("she was never in %s: the test proves nothing about it", where)
			}
		}
		if _, err := h.app.Stewardship.Erase(ctx, h.who, h.id, stewardship.OnRequest); !errors.Is(err, stewardship.ErrHeld) {
			h.t.Fatalf("erased in the middle of an incident: %v", err)
		}
		h.sql("UPDATE incidents SET status = 'closed', closed_at = ? WHERE id = ?", time.Now().UTC(), h.breach)
		r, err := h.app.Stewardship.EraseWithReceipt(ctx, h.who, h.id, stewardship.OnRequest)
		h.ok(err)
		for _, where := range h.found() {
			h.t.Error(where)
		}
		for what, least := range map[string]int{"fields": 11, "places": 1, "print_files": 2, "uploads": 1, "matches": 1, "notes": 4, "texts": 6} {
			if r.Counts[what] < least {
				h.t.Errorf("%d %s, want at least %d: %v", r.Counts[what], what, least, r.Counts)
			}
		}
		h.othersStay(r)
	})
}

// othersStay: the chain of the journal holds, what was noted is still told without
// her, and the others are on the list with their addresses.
func (h *trace) othersStay(r stewardship.Receipt) {
	h.t.Helper()
	ctx := context.Background()
	_, problems, err := journal.Verify(ctx, h.app.DB.R)
	h.ok(err)
	if len(problems) > 0 {
		h.t.Errorf("the journal: %v", problems)
	}
	entries, err := journal.ListOf(ctx, h.app.DB.R, journal.Case{Kind: "incident", ID: string(h.breach)})
	h.ok(err)
	told := ""
	for _, e := range entries {
		told += e.Text + "\n"
	}
	if want := "Gebeld met mevrouw […],\n[…], klant […]. Zij belt terug."; !strings.Contains(told, want) {
		h.t.Errorf("%q is not told any more:\n%s", want, told)
	}
	if strings.Contains(told, "ziekenhuis") {
		h.t.Error("a note about her by her identifier stayed")
	}
	counts, err := communication.CountsOf(ctx, h.app.DB.R, h.breach, "")
	h.ok(err)
	if counts.All != 61 || counts.Erased != 1 || counts.Post != 60 {
		h.t.Errorf("counts %+v", counts)
	}
	page, err := h.app.Stewardship.Search(ctx, h.who, contact.Query{})
	h.ok(err)
	if page.Total != 60 {
		h.t.Errorf("%d people left", page.Total)
	}
	var withHer int
	h.ok(h.app.DB.R.NewRaw(`SELECT count(*) FROM letter_files AS f JOIN letter_runs AS r ON r.id = f.run_id JOIN affected_people AS p ON p.snapshot_id = r.snapshot_id
		WHERE p.contact_id = ? AND p.position BETWEEN f.first AND f.last AND length(f.content) > 0`, h.id).Scan(ctx, &withHer))
	if withHer != 0 { // packed in a PDF her name would not be found by looking at bytes
		h.t.Errorf("%d print files with her letter", withHer)
	}
	kept, err := h.app.Stewardship.Receipt(ctx, r.ID)
	h.ok(err)
	own, err := journal.ListOf(ctx, h.app.DB.R, journal.Case{Kind: "contact", ID: string(h.id)})
	h.ok(err)
	if last := own[len(own)-1]; kept.EntryHash != last.Hash || last.Kind != "contact.erased" || last.Facts["receipt"] != r.ID {
		h.t.Errorf("receipt %+v, entry %+v", kept, last)
	}
}

// TestNamesInAClosedIncidentGoAfterTheirTime: wrong recipients, people affected and
// reporters have no name any more, their letters are gone, and what happened is still
// told. An incident that was closed later keeps its names.
func TestNamesInAClosedIncidentGoAfterTheirTime(t *testing.T) {
	t.Parallel()
	eachTrace(t, func(h *trace) {
		ctx := context.Background()
		h.live()
		h.sql("UPDATE incidents SET status = 'closed', closed_at = ? WHERE id = ?", time.Now().UTC().AddDate(0, -11, 0), h.breach)
		if n, err := h.app.Response.ForgetNames(ctx, 12); err != nil || n != 0 {
			h.t.Fatalf("too early: %d, %v", n, err)
		}
		h.sql("UPDATE incidents SET closed_at = ? WHERE id = ?", time.Now().UTC().AddDate(-1, 0, -2), h.breach)
		for _, want := range []int{1, 0} {
			if n, err := h.app.Response.ForgetNames(ctx, 12); err != nil || n != want {
				h.t.Fatalf("%d, want %d: %v", n, want, err)
			}
		}
		all, err := recall.OfIncident(ctx, h.app.DB.R, h.breach)
		h.ok(err)
		if len(all) != 1 || all[0].Name != "…" || all[0].Email != "" || all[0].Link.Works(time.Now()) {
			h.t.Errorf("recipients %+v", all)
		}
		people, n, err := communication.People(ctx, h.app.DB.R, h.breach, communication.PeopleQuery{Limit: 100})
		h.ok(err)
		for _, p := range people {
			if !p.IsBlank() || p.BirthDate != "" || p.Position == 0 || p.Country != "BE" {
				h.t.Errorf("left %+v", p)
			}
		}
		var files int
		h.ok(h.app.DB.R.NewRaw("SELECT count(*) FROM letter_files WHERE length(content) > 0").Scan(ctx, &files))
		reports, err := incident.ReportsOf(ctx, h.app.DB.R, h.breach)
		h.ok(err)
		if n != 61 || files != 0 || reports[0].Name != "" || reports[0].Contact != "" || reports[0].Text == "" {
			h.t.Errorf("%d people, %d files, report %+v", n, files, reports[0])
		}
		if _, problems, err := journal.Verify(ctx, h.app.DB.R); err != nil || len(problems) > 0 {
			h.t.Errorf("%v, %v", problems, err)
		}
	})
}
