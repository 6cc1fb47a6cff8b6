package document

import (
	"testing"

	"pgregory.net/rapid"
)

// Rows that are only a little too long come on one page; all others stay as they were.
func TestSqueezeBringsRowsOnOnePageOrLeavesThemAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := make([]row, rapid.IntRange(1, 60).Draw(t, "rows"))
		for i := range rows {
			rows[i].height = rapid.Float64Range(3, 8).Draw(t, "height")
			rows[i].before = rapid.Float64Range(0, 6).Draw(t, "before")
		}
		was := append([]row(nil), rows...)
		room := frame{100, 270}
		fitted := fitting(rows, room) == len(rows)
		squeeze(rows, room)
		changed := false
		for i := range rows {
			if rows[i].height < 0.9*was[i].height-1e-9 || rows[i].before < 0.6*was[i].before-1e-9 {
				t.Fatalf("row %d is squeezed too far: %+v from %+v", i, rows[i], was[i])
			}
			changed = changed || rows[i].height != was[i].height || rows[i].before != was[i].before
		}
		switch {
		case fitted && changed:
			t.Fatal("rows that fit were squeezed")
		case changed && fitting(rows, room) != len(rows):
			t.Fatal("rows were squeezed and still do not fit on one page")
		}
	})
}
