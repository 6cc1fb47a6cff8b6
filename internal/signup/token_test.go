package signup_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
	"clepsydra/internal/signup"
)

func links() signup.Links { return signup.NewLinks([]byte(strings.Repeat("k", 32))) }

// opens tells which sorts of link a token works as.
func opens(k signup.Links, token string, now time.Time) (sorts []string) {
	if _, err := k.OpenConfirm(token); err == nil {
		sorts = append(sorts, "confirm")
	}
	if _, err := k.OpenPreferences(token, now); err == nil {
		sorts = append(sorts, "preferences")
	}
	if _, _, err := k.OpenUnsubscribe(token); err == nil {
		sorts = append(sorts, "unsubscribe")
	}
	if _, _, err := k.OpenAnswer(token); err == nil {
		sorts = append(sorts, "answer")
	}
	return sorts
}

func TestALinkWorksAsWhatItIsAndAsNothingElse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		k := links()
		id := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")).String()
		purpose := processing.PurposeID(rapid.StringMatching(`[a-z_]{0,20}`).Draw(t, "purpose"))
		for want, token := range map[string]string{
			"confirm": k.Confirm(signup.PendingID(id)), "preferences": k.Preferences(contact.ID(id), now.Add(time.Second)),
			"unsubscribe": k.Unsubscribe(contact.ID(id), purpose), "answer": k.Answer(signup.RunID(id), contact.ID(id)),
		} {
			if got := opens(k, token, now); len(got) != 1 || got[0] != want {
				t.Fatalf("%s opens %v", want, got)
			}
			if got := opens(signup.NewLinks([]byte("another")), token, now); len(got) != 0 {
				t.Fatalf("another key opens %v", got)
			}
			at := rapid.IntRange(0, len(token)-1).Draw(t, "at")
			changed := token[:at] + string(rapid.SampledFrom([]rune("Aa0_")).Draw(t, "by")) + token[at+1:]
			if changed != token && len(opens(k, changed, now)) != 0 {
				t.Fatalf("%s, changed at %d, still opens", want, at)
			}
		}
		if who, what, err := k.OpenUnsubscribe(k.Unsubscribe(contact.ID(id), purpose)); err != nil || string(who) != id || what != purpose {
			t.Fatalf("%s %s %v", who, what, err)
		}
	})
}

func TestALinkToPreferencesSaysWhenItIsOver(t *testing.T) {
	t.Parallel()
	k, now := links(), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	token := k.Preferences(contact.ID(uuid.NewString()), now)
	if _, err := k.OpenPreferences(token, now.Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := k.OpenPreferences(token, now); !errors.Is(err, signup.ErrLinkExpired) {
		t.Fatal(err)
	}
}

func FuzzLinks(f *testing.F) {
	f.Add("")
	f.Add(links().Confirm(signup.PendingID(uuid.Nil.String())))
	f.Add(links().Unsubscribe("", "*marketing") + "=")
	f.Fuzz(func(t *testing.T, token string) {
		k := links()
		if sorts := opens(k, token, time.Unix(0, 0)); len(sorts) > 1 {
			t.Fatalf("%q opens %v", token, sorts)
		}
	})
}
