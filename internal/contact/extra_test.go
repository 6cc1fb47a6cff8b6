package contact

import (
	"testing"

	"pgregory.net/rapid"
)

func TestExtraKeepsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`x_[a-z]{1,5}`)
		values := rapid.MapOf(rapid.Map(key, func(s string) Field { return Field(s) }), rapid.String()).Draw(t, "values")
		x := ExtraOf(values)
		filled := 0
		for f, v := range values {
			if v == "" {
				continue
			}
			filled++
			if got := x.Get(f); got != cleanUTF8(v) {
				t.Fatalf("%s: %q, want %q", f, got, v)
			}
		}
		if len(x.Fields()) != filled {
			t.Fatalf("%d fields, want %d", len(x.Fields()), filled)
		}
		if again := ExtraOf(x.Values()); again != x {
			t.Fatalf("packed again: %q, want %q", again, x)
		}
		f := Field(key.Draw(t, "taken out"))
		if got := x.With(f, "").Get(f); got != "" {
			t.Fatalf("taken out, still %q", got)
		}
	})
}

// cleanUTF8 is what JSON makes of a text: bytes that are no character are replaced.
func cleanUTF8(s string) string { return string([]rune(s)) }

func TestExtraThatIsNoObjectReadsAsNone(t *testing.T) {
	t.Parallel()
	for _, x := range []Extra{"", "null", "[1]", `{"x_a":1}`, "{"} {
		if got := x.Fields(); len(got) != 0 {
			t.Errorf("%q: %v", x, got)
		}
	}
}
