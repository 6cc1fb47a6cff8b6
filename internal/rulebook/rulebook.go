// Package rulebook remembers the rule packs that the program last ran with. After an
// upgrade, or when the operator has changed a file of his own, it says what is
// different, keeps that until somebody has seen it, and keeps who that was.
//
// It remembers the text of every file of two layers: what was shipped, and what the
// operator laid over it. A shipped file that an own one hides is remembered too, so
// that a change of it is not missed.
package rulebook

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"clepsydra/internal/workflow"
)

// Layer is whose file it is.
type Layer string

// The layers.
const (
	Shipped Layer = "shipped"
	Own     Layer = "own"
)

// Sheet is one file of rules as it was or is. Path is below the folder of packs.
type Sheet struct {
	Layer   Layer
	Path    string
	SHA256  string
	Content string
}

// What says in which way a file is different.
type What string

// The ways.
const (
	Added   What = "added"
	Changed What = "changed"
	Removed What = "removed"
)

// Change is one file that is not what it was when the program last ran. Diff is
// unified; a file that came or went is all additions or all removals. SeenAt is zero
// and SeenBy empty until somebody has seen it.
type Change struct {
	ID        string
	Layer     Layer
	Path      string
	What      What
	OldSHA256 string
	NewSHA256 string
	Diff      string
	NoticedAt time.Time
	SeenAt    time.Time
	SeenBy    string // account
}

// IsSeen reports whether somebody has seen it.
func (c Change) IsSeen() bool { return !c.SeenAt.IsZero() }

// Sheets lists the files of packs that were loaded, with the shipped ones that an own
// file hides.
func Sheets(files []workflow.File) []Sheet {
	var out []Sheet
	for _, f := range files {
		layer := Own
		if f.Origin == workflow.Shipped {
			layer = Shipped
		}
		out = append(out, Sheet{layer, f.Path, f.SHA256, f.YAML})
		if f.Origin == workflow.OwnOverShipped {
			out = append(out, Sheet{Shipped, f.Path, f.HiddenSHA256, f.HiddenYAML})
		}
	}
	slices.SortFunc(out, inOrder)
	return out
}

func inOrder(a, b Sheet) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(b.Layer, a.Layer)) // shipped before own
}

// Compare says what is different, in the order of the paths. Two texts with the same
// hash are the same.
func Compare(before, after []Sheet) []Change {
	type key struct {
		Layer Layer
		Path  string
	}
	old := make(map[key]Sheet, len(before))
	for _, s := range before {
		old[key{s.Layer, s.Path}] = s
	}
	var out []Change
	for _, s := range after {
		was, known := old[key{s.Layer, s.Path}]
		delete(old, key{s.Layer, s.Path})
		switch {
		case !known:
			out = append(out, change(Added, Sheet{Layer: s.Layer, Path: s.Path}, s))
		case was.SHA256 != s.SHA256:
			out = append(out, change(Changed, was, s))
		}
	}
	for _, was := range old {
		out = append(out, change(Removed, was, Sheet{}))
	}
	slices.SortFunc(out, func(a, b Change) int {
		return inOrder(Sheet{Layer: a.Layer, Path: a.Path}, Sheet{Layer: b.Layer, Path: b.Path})
	})
	return out
}

func change(what What, before, after Sheet) Change {
	return Change{
		Layer: before.Layer, Path: before.Path, What: what, OldSHA256: before.SHA256, NewSHA256: after.SHA256,
		Diff: Diff(before.Content, after.Content),
	}
}

// Diff is the unified difference of two texts without the two lines that name them;
// empty when they are the same.
func Diff(before, after string) string {
	text, err := udiff.ToUnified("before", "after", before, udiff.Lines(before, after), udiff.DefaultContextLines)
	if err != nil {
		return "" // the changes come from the same texts, so they always fit
	}
	for range 2 {
		_, text, _ = strings.Cut(text, "\n")
	}
	return text
}
