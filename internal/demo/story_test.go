package demo

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestStoryHoldsFromReportToRegister(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	steps, err := Tell(t.Context(), Story{Dir: dir, Customers: 60})
	for _, s := range steps {
		t.Logf("%-14s %s %s%s", s.Name, s.Took, s.Checked, s.Error)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"notification.pdf", "notification-draft.pdf", "register.xlsx", "register.csv", "register.pdf", "register.json", "letters.zip", "slack.jsonl", "journal.jsonl", "summary.json"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	checkSummary(t, dir, len(steps))
	checkPapers(t, dir)
	checkLetters(t, dir)
	checkMessages(t, dir)
}

func checkSummary(t *testing.T, dir string, steps int) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s summary
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	if !s.Held || s.Customers != 60 || len(s.Steps) != steps || s.Reference == "" {
		t.Errorf("%+v", s)
	}
	for _, step := range s.Steps {
		if step.Checked == "" || step.Error != "" {
			t.Errorf("%+v", step)
		}
	}
}

// read turns a PDF into text, and lets another program check its structure.
func read(t *testing.T, path string) string {
	t.Helper()
	if _, err := exec.LookPath("qpdf"); err == nil {
		if out, err := exec.Command("qpdf", "--check", path).CombinedOutput(); err != nil {
			t.Errorf("qpdf: %s: %v\n%s", filepath.Base(path), err, out)
		}
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed")
	}
	out, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func checkPapers(t *testing.T, dir string) {
	t.Helper()
	final := read(t, filepath.Join(dir, "notification.pdf"))
	for _, want := range []string{"INC-", "Hoeve Ter Linde", "Klanten van de hoevewinkel."} {
		if !strings.Contains(final, want) {
			t.Errorf("the notification lacks %q", want)
		}
	}
	if draft := read(t, filepath.Join(dir, "notification-draft.pdf")); strings.Contains(draft, "Klanten van de hoevewinkel.") {
		t.Error("the draft holds answers that were typed later")
	}
	if register := read(t, filepath.Join(dir, "register.pdf")); !strings.Contains(register, receipt) {
		t.Error("the register lacks the receipt")
	}
}

// checkLetters reads every letter: each in the person's language, with his leaked
// data, and the names in Greek and Cyrillic as they are written.
func checkLetters(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "letters", "*.pdf"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	all := ""
	for _, f := range files {
		all += read(t, f)
	}
	for _, want := range []string{"Ελευθερία Παπαδοπούλου", "Олександра Їжакевич", "Sofie Claes", "uw postadres", "votre adresse postale"} {
		if !strings.Contains(all, want) {
			t.Errorf("no letter holds %q", want)
		}
	}
	z, err := zip.OpenReader(filepath.Join(dir, "letters.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	if len(z.File) == 0 {
		t.Errorf("%d letters in the ZIP", len(z.File))
	}
}

func checkMessages(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "slack.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	methods := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var m Message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		methods[m.Method]++
		if strings.Contains(lines.Text(), assistantName) || strings.Contains(lines.Text(), "nieuwsbrief") {
			t.Errorf("a message holds what may not leave: %s", lines.Text())
		}
	}
	if methods["chat.postMessage"] < 6 || methods["chat.update"] == 0 || methods["chat.postEphemeral"] != 2 {
		t.Errorf("%v", methods)
	}
	mails, err := filepath.Glob(filepath.Join(dir, "mail", "*.eml"))
	if err != nil || len(mails) < 5 {
		t.Errorf("%d mails, %v", len(mails), err)
	}
}
