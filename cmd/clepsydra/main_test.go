package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs the program in a folder of its own and returns what it printed.
func command(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("CLEPSYDRA_DATA", filepath.Join(dir, "data"))
	t.Setenv("CLEPSYDRA_KEY_FILE", filepath.Join(dir, "key", "clepsydra.key"))
	var o, e bytes.Buffer
	status = run(args, &o, &e)
	return status, o.String(), e.String()
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

func TestDeadlineOfHours(t *testing.T) {
	status, out, errs := command(t, "deadline", "--hours", "72", "--from", "2026-06-12T18:45:00+02:00", "--country", "BE", "--json")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	var got deadlineAnswer
	decode(t, out, &got)
	if got.Exact != "2026-06-15T18:45:00+02:00" || got.Statutory != "2026-06-15T19:00:00+02:00" || len(got.Steps) < 3 {
		t.Fatalf("got %+v", got)
	}
	for _, s := range got.Steps {
		if strings.HasPrefix(s.Text, "deadline.") || strings.Contains(s.Text, "<no value>") {
			t.Errorf("step %+v", s)
		}
	}
	if last := got.Steps[len(got.Steps)-1]; last.Article == "" {
		t.Errorf("the statutory end names no article: %+v", last)
	}
}

func TestDeadlineOfAMonth(t *testing.T) {
	status, out, errs := command(t, "deadline", "--months", "1", "--received", "2026-01-31", "--json")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	var got deadlineAnswer
	decode(t, out, &got)
	if got.LastDay != "2026-03-02" || got.Due != "2026-03-02T23:59:59+01:00" {
		t.Fatalf("got %+v", got)
	}
}

func TestDeadlineRefusesWithTheWayOut(t *testing.T) {
	for _, c := range []struct {
		args []string
		say  string
	}{
		{[]string{"deadline"}, "--hours"},
		{[]string{"deadline", "--hours", "72"}, "--from"},
		{[]string{"deadline", "--hours", "72", "--from", "friday"}, "2026-06-12T18:45:00+02:00"},
		{[]string{"deadline", "--days", "3", "--received", "31/01/2026"}, "2026-01-31"},
		{[]string{"deadline", "--hours", "72", "--from", "2026-06-12T18:45:00+02:00", "--tz", "Mars/Base"}, "Mars/Base"},
		{[]string{"nonsense"}, "nonsense"},
	} {
		status, _, errs := command(t, c.args...)
		if status != 2 || !strings.Contains(errs, c.say) {
			t.Errorf("%v: status %d, %q", c.args, status, errs)
		}
	}
}

func TestImportDryRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "export.csv")
	text := "Email Address,First Name,Last Name\njan@example.com,Jan,Peeters\nnot a mail,,\njan@example.com,Jan,Peeters\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errs := command(t, "import", "contacts", path, "--dry-run", "--json")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	var got struct {
		Rows, Accepted, Duplicates int
		Rejected                   []struct {
			Line   int
			Reason string
		}
		Mapping map[string]string
		Sample  []any
	}
	decode(t, out, &got)
	if got.Rows != 3 || got.Accepted != 1 || got.Duplicates != 1 || len(got.Rejected) != 1 || got.Rejected[0].Line != 3 {
		t.Fatalf("got %+v", got)
	}
	if got.Mapping["Email Address"] != "email" || len(got.Sample) != 1 {
		t.Fatalf("got %+v", got)
	}
	if _, err := os.Stat(os.Getenv("CLEPSYDRA_DATA")); err == nil {
		t.Error("a dry run made a data folder")
	}
}

func TestImportOfWhatIsNoTableEndsWithTwo(t *testing.T) {
	pdf := filepath.Join(t.TempDir(), "list.pdf")
	if err := os.WriteFile(pdf, []byte("%PDF-1.7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pdf, filepath.Join(t.TempDir(), "nowhere.csv"), t.TempDir()} {
		status, _, errs := command(t, "import", "contacts", path, "--dry-run", "--json")
		if status != 2 || len(errs) < 20 {
			t.Errorf("%s: status %d, %q", filepath.Base(path), status, errs)
		}
	}
}

func TestDataThatAreThereNeedTheirKey(t *testing.T) {
	status, _, errs := command(t, "migrate")
	if status != 0 || !strings.Contains(errs, "A key was made") {
		t.Fatalf("first start: status %d, %q", status, errs)
	}
	key := os.Getenv("CLEPSYDRA_KEY_FILE")
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	var out, second bytes.Buffer
	if status := run([]string{"migrate"}, &out, &second); status != 1 || !strings.Contains(second.String(), key) {
		t.Fatalf("without its key: status %d, %q", status, second.String())
	}
	if _, err := os.Stat(key); err == nil {
		t.Fatal("a new key was made for data that it cannot open")
	}
}

func TestJournalOfAFreshFirmIsWhole(t *testing.T) {
	status, out, errs := command(t, "journal", "verify", "--json")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	var got struct{ Whole bool }
	decode(t, out, &got)
	if !got.Whole {
		t.Fatal(out)
	}
}

func TestUsersAreInvitedFromTheShell(t *testing.T) {
	status, out, errs := command(t, "user", "add", "an@example.com", "--name", "An", "--role", "manager")
	if status != 0 || !strings.Contains(out, "/invite/") {
		t.Fatalf("status %d: %q %s", status, out, errs)
	}
}

func TestHealthOfNobodyEndsWithOne(t *testing.T) {
	if status, _, errs := command(t, "health", "--url", "http://127.0.0.1:1"); status != 1 || errs == "" {
		t.Fatalf("status %d, %q", status, errs)
	}
}

// TestDeadlineOfALaw computes duties of rule packs from the shell.
func TestDeadlineOfALaw(t *testing.T) {
	for _, tt := range []struct {
		args   []string
		status int
		words  []string
	}{
		{[]string{"--law", "nis2"}, 0, []string{"nis2_final ", "previous_step_sent"}},
		{[]string{"--law", "nis2", "--duty", "nis2_final", "--sent", "2026-01-31T10:00:00+01:00", "--json"}, 0, []string{`"last_day":"2026-03-02"`, `"is_law":true`}},
		{[]string{"--law", "dora", "--duty", "dora_initial", "--aware", "2026-06-09T08:00:00+02:00", "--classified", "2026-06-09T10:00:00+02:00"}, 0, []string{"2026-06-09T14:00:00+02:00"}},
		{[]string{"--law", "digital_omnibus", "--duty", "omnibus_notify", "--aware", "2026-06-09T08:00:00+02:00"}, 0, []string{"NOT LAW", "2026-06-13T08:00:00+02:00"}},
		{[]string{"--law", "ch_fadp", "--duty", "report_fdpic"}, 0, []string{"names no hours"}},
		{[]string{"--law", "gdpr", "--duty", "inform_people", "--decided", "2026-06-09T08:00:00+02:00"}, 0, []string{"an aim of our own"}},
		{[]string{"--law", "nis2", "--duty", "nis2_final"}, 2, []string{"--sent"}},
		{[]string{"--law", "nis2", "--duty", "shout"}, 2, []string{"no duty"}},
		{[]string{"--law", "roman"}, 2, []string{"not in force", "nis2"}},
		{[]string{"--law", "dora", "--aware", "2024-12-31T10:00:00+01:00"}, 2, []string{"not in force on 2024-12-31"}},
		{[]string{"--law", "nis2", "--duty", "nis2_final", "--sent", "friday"}, 2, []string{"--sent"}},
	} {
		status, out, errs := command(t, append([]string{"deadline"}, tt.args...)...)
		for _, word := range tt.words {
			if status != tt.status || !strings.Contains(out+errs, word) {
				t.Errorf("%v: status %d, %q is missing in %s%s", tt.args, status, word, out, errs)
			}
		}
	}
}

func TestErasuresAreExportedAndReplayed(t *testing.T) {
	if status, out, errs := command(t, "erasures", "export"); status != 0 || out != "" {
		t.Fatalf("status %d: %q, %s", status, out, errs)
	}
	list := filepath.Join(t.TempDir(), "erased.jsonl")
	if err := os.WriteFile(list, []byte(`{"contact":"nobody","erased_at":"2026-11-22T10:00:00Z","ground":"request"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := command(t, "erasures", "replay", list); status != 0 || !strings.Contains(out, "0 of 1") {
		t.Fatalf("status %d: %q, %s", status, out, errs)
	}
	if err := os.WriteFile(list, []byte("Anna\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := command(t, "erasures", "replay", list); status != 2 || !strings.Contains(errs, "line 1") {
		t.Fatalf("status %d: %s", status, errs)
	}
}
