package rulebook_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/database"
	"clepsydra/internal/database/databasetest"
	"clepsydra/internal/journal"
	"clepsydra/internal/rulebook"
	"clepsydra/internal/workflow"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func sheet(l rulebook.Layer, path, content string) rulebook.Sheet {
	return rulebook.Sheet{Layer: l, Path: path, SHA256: workflow.Hash([]byte(content)), Content: content}
}

func TestCompareSaysWhatIsDifferent(t *testing.T) {
	t.Parallel()
	before := []rulebook.Sheet{
		sheet(rulebook.Shipped, "regimes/gdpr.yaml", "a: 1\nb: 2\n"), sheet(rulebook.Shipped, "regimes/old.yaml", "x\n"),
		sheet(rulebook.Own, "regimes/gdpr.yaml", "own\n"),
	}
	after := []rulebook.Sheet{
		sheet(rulebook.Shipped, "regimes/gdpr.yaml", "a: 1\nb: 3\n"), sheet(rulebook.Shipped, "regimes/new.yaml", "y\n"),
		sheet(rulebook.Own, "regimes/gdpr.yaml", "own\n"),
	}
	var got []string
	for _, c := range rulebook.Compare(before, after) {
		got = append(got, string(c.What)+" "+string(c.Layer)+" "+c.Path+" "+strings.ReplaceAll(c.Diff, "\n", "|"))
	}
	want := []string{
		"changed shipped regimes/gdpr.yaml @@ -1,2 +1,2 @@| a: 1|-b: 2|+b: 3|",
		"added shipped regimes/new.yaml @@ -0,0 +1 @@|+y|",
		"removed shipped regimes/old.yaml @@ -1 +0,0 @@|-x|",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestCompareProperties: nothing differs from itself, and what one way adds the other
// way removes.
func TestCompareProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) []rulebook.Sheet {
			var out []rulebook.Sheet
			for path, content := range rapid.MapOfN(rapid.StringMatching(`[a-c]`), rapid.StringMatching(`([a-b]\n){0,3}`), 0, 3).Draw(t, label) {
				out = append(out, sheet(rulebook.Shipped, path, content))
			}
			return out
		}
		a, b := draw("before"), draw("after")
		if got := rulebook.Compare(a, a); len(got) != 0 {
			t.Fatalf("differs from itself: %v", got)
		}
		there, back := rulebook.Compare(a, b), rulebook.Compare(b, a)
		if len(there) != len(back) {
			t.Fatalf("%d there, %d back", len(there), len(back))
		}
		mirror := map[rulebook.What]rulebook.What{rulebook.Added: rulebook.Removed, rulebook.Removed: rulebook.Added, rulebook.Changed: rulebook.Changed}
		for i, c := range there {
			if back[i].Path != c.Path || back[i].What != mirror[c.What] {
				t.Fatalf("%v there, %v back", c, back[i])
			}
		}
	})
}

// file is a pack as it was loaded.
func file(path, text string, origin workflow.Origin, hidden string) workflow.File {
	f := workflow.File{Path: path, YAML: text, SHA256: workflow.Hash([]byte(text)), Origin: origin}
	if origin == workflow.OwnOverShipped {
		f.HiddenYAML, f.HiddenSHA256 = hidden, workflow.Hash([]byte(hidden))
	}
	return f
}

func entries(t *testing.T, db *database.DB) []string {
	t.Helper()
	list, err := journal.ListOf(context.Background(), db.R, journal.Case{Kind: "firm"})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Kind+" "+string(e.Actor.Kind)+e.Facts["changed"]+e.Facts["count"])
	}
	return out
}

func TestChangesAreRememberedUntilSeen(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx, now := context.Background(), noon
		b := rulebook.New(db, func() time.Time { return now })
		remember := func(want int, files ...workflow.File) []rulebook.Change {
			t.Helper()
			found, err := b.Remember(ctx, files)
			if err != nil || len(found) != want {
				t.Fatalf("%d changes, want %d: %v", len(found), want, err)
			}
			return found
		}
		own := func(hidden string) workflow.File {
			return file("regimes/gdpr.yaml", "own\n", workflow.OwnOverShipped, hidden)
		}
		remember(0, own("v1\n"))
		remember(0, own("v1\n"))
		if last, err := b.LastOwn(ctx); err != nil || len(last) != 1 || string(last["regimes/gdpr.yaml"]) != "own\n" {
			t.Fatalf("last own %v, %v", last, err)
		}
		found := remember(1, own("v2\n"))
		remember(0, own("v2\n"))
		if c := found[0]; c.Layer != rulebook.Shipped || c.What != rulebook.Changed || c.Diff != "@@ -1 +1 @@\n-v1\n+v2\n" {
			t.Fatalf("found %+v", c)
		}
		now = noon.Add(time.Hour)
		actor := journal.Actor{Kind: journal.ByAccount, ID: "lotte"}
		later := remember(1, own("v3\n"))
		for range 2 { // the second press changes nothing
			if err := b.See(ctx, actor, found[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		all, err := b.Changes(ctx)
		if err != nil || len(all) != 2 || all[0].ID != later[0].ID || all[0].IsSeen() || !all[1].SeenAt.Equal(now) || all[1].SeenBy != "lotte" {
			t.Fatalf("changes %+v, %v", all, err)
		}
		want := []string{"rules.changed system1", "rules.changed system1", "rules.seen account1"}
		got := entries(t, db)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("journal %v", got)
		}
	})
}
