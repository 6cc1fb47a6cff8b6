package demo

import (
	"bytes"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"clepsydra/internal/communication"
	"clepsydra/internal/incident"
	"clepsydra/internal/obligation"
)

func (k *killed) run() communication.Run {
	k.t.Helper()
	r, err := communication.RunByID(k.t.Context(), k.app.DB.R, k.runID)
	k.ok(err)
	return r
}

func (k *killed) files() int {
	k.t.Helper()
	f, err := communication.FilesOf(k.t.Context(), k.app.DB.R, k.runID)
	k.ok(err)
	return len(f)
}

func (k *killed) planned() int {
	k.t.Helper()
	due, err := obligation.RemindersDue(k.t.Context(), k.app.DB.R, time.Now().UTC())
	k.ok(err)
	return len(due)
}

func (k *killed) cards() int {
	n := 0
	for _, m := range k.slack.Messages() {
		if m.Method == "chat.postMessage" && m.Thread == "" {
			n++
		}
	}
	return n
}

// checkLetters reads the references on the printed pages.
func (k *killed) checkLetters() {
	k.t.Helper()
	files, err := communication.FilesOf(k.t.Context(), k.app.DB.R, k.runID)
	k.ok(err)
	letters, last := 0, map[bool]int{} // by whether the file is for the post
	seen := map[string]int{}
	for _, f := range files {
		post := !strings.Contains(f.Name, "by-mail")
		if f.First <= last[post] {
			k.t.Errorf("%s begins at %d although %d was printed", f.Name, f.First, last[post])
		}
		letters, last[post] = letters+f.Letters, f.Last
		_, content, err := communication.FileContent(k.t.Context(), k.app.DB.R, k.runID, f.Number)
		k.ok(err)
		for _, ref := range references(k.t, content) {
			seen[ref]++
		}
	}
	// Whom paper cannot carry and who is reached by mail has no page.
	state := communication.Held
	byMail, n, err := communication.People(k.t.Context(), k.app.DB.R, k.run().IncidentID, communication.PeopleQuery{Letter: &state, Channel: communication.ByMail, Limit: 1})
	k.ok(err)
	if held := k.run().Held; letters+held != killLetters || held != n {
		k.t.Errorf("%d letters in %d files, %d held, %d of them by mail such as %v", letters, len(files), held, n, byMail)
	}
	if len(seen) == 0 {
		return // pdftotext is not there
	}
	if len(seen) != letters {
		k.t.Errorf("%d different references on paper", len(seen))
	}
	for ref, n := range seen {
		if n != 1 {
			k.t.Errorf("%s is on paper %d times", ref, n)
		}
	}
}

// references finds the reference of each letter in a PDF, once per letter.
func references(t *testing.T, pdf []byte) []string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		return nil
	}
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for page := range strings.SplitSeq(string(text), "\f") {
		found := regexp.MustCompile(`INC-\d{4}-\d{4}/\d+`).FindAllString(page, -1)
		slices.Sort(found)
		out = append(out, slices.Compact(found)...)
	}
	return out
}

func (k *killed) checkReminders() {
	k.t.Helper()
	open, err := obligation.ListOpen(k.t.Context(), k.app.DB.R)
	k.ok(err)
	cards := map[string]int{}
	for _, m := range k.slack.Messages() {
		if m.Method == "chat.postMessage" && m.Thread == "" {
			cards[regexp.MustCompile(`INC-\d{4}-\d{4}`).FindString(m.Text+string(m.Blocks))]++
		}
	}
	clocks := 0
	for _, o := range open {
		if o.Duty != obligation.NotifyAuthority {
			continue
		}
		clocks++
		rs, err := obligation.RemindersOf(k.t.Context(), k.app.DB.R, o.ID)
		k.ok(err)
		for _, r := range rs {
			if r.DueAt.Before(time.Now()) && r.State != obligation.Sent {
				k.t.Errorf("reminder %s of %s is %s", r.Rung, o.IncidentID, r.State)
			}
		}
		i, err := incident.ByID(k.t.Context(), k.app.DB.R, o.IncidentID)
		k.ok(err)
		// At least once; a message that left right before the kill may come twice.
		if n := cards[i.Ref]; n < 1 || n > 2 {
			k.t.Errorf("%d cards of %s", n, i.Ref)
		}
	}
	if clocks != killClocks {
		k.t.Errorf("%d running clocks", clocks)
	}
}
