package consent

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clepsydra/internal/contact"
	"clepsydra/internal/processing"
)

func day(n int) time.Time { return time.Date(2026, 1, n, 9, 0, 0, 0, time.UTC) }

func newsletter() processing.Purpose {
	return processing.Purpose{
		ID: "newsletter", Basis: processing.Consent, Marketing: true,
		Channels: []processing.Channel{processing.ByMail, processing.BySMS},
	}
}

func offers() processing.Purpose {
	return processing.Purpose{
		ID: "own_offers", Basis: processing.LegitimateInterests, Marketing: true, Channels: processing.Channels(),
	}
}

func record() processing.Record {
	return processing.Record{Purposes: []processing.Purpose{
		newsletter(), offers(), {ID: "orders", Basis: processing.Contract, Channels: processing.Channels()},
		{ID: "profiling", Basis: processing.Consent, Channels: processing.Channels()},
	}}
}

// said is one event in short: kind, day, and what proves it.
func said(k Kind, p processing.PurposeID, on int) Event {
	e := Event{
		ID: ID("e" + strconv.Itoa(on)), Purpose: p, Channel: processing.ByMail, Kind: k, At: day(on), How: HowForm,
		Wording: Wording{Text: "Yes, send me the newsletter", Version: "1", Language: "en", Notice: "1"},
	}
	if k == SoftOptIn {
		e.How, e.Proof.Purchase = HowPurchase, &Purchase{On: contact.DateOf(day(on)), Similar: true, ObjectionOffered: true}
	}
	return e
}

func TestThePresentIsReplayed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events []Event
		want   Standing
		since  int
	}{
		"nothing":                                 {nil, Silent, 0},
		"a consent":                               {[]Event{said(Given, "newsletter", 1)}, IsGiven, 1},
		"withdrawn":                               {[]Event{said(Given, "newsletter", 1), said(Withdrawn, "newsletter", 2)}, IsWithdrawn, 2},
		"withdrawn twice counts from the first":   {[]Event{said(Withdrawn, "newsletter", 2), said(Withdrawn, "newsletter", 3)}, IsWithdrawn, 2},
		"given again":                             {[]Event{said(Withdrawn, "newsletter", 2), said(Given, "newsletter", 3)}, IsGiven, 3},
		"a no of the same moment":                 {[]Event{said(Withdrawn, "newsletter", 2), said(Given, "newsletter", 2)}, IsWithdrawn, 2},
		"an objection of the same moment":         {[]Event{said(Objected, "newsletter", 2), said(Given, "newsletter", 2)}, IsObjected, 2},
		"an objection and its lifting at once":    {[]Event{said(ObjectionLifted, "newsletter", 2), said(Objected, "newsletter", 2)}, IsObjected, 2},
		"a purchase does not undo a no":           {[]Event{said(Withdrawn, "newsletter", 2), said(SoftOptIn, "newsletter", 3)}, IsWithdrawn, 2},
		"a purchase does not undo an objection":   {[]Event{said(Objected, "newsletter", 2), said(SoftOptIn, "newsletter", 3)}, IsObjected, 2},
		"lifting brings no old consent back":      {[]Event{said(Given, "newsletter", 1), said(Objected, "newsletter", 2), said(ObjectionLifted, "newsletter", 3)}, IsWithdrawn, 2},
		"lifting gives the purchase its use back": {[]Event{said(SoftOptIn, "newsletter", 1), said(Objected, "newsletter", 2), said(ObjectionLifted, "newsletter", 3)}, IsSoft, 1},
		"the last purchase counts":                {[]Event{said(SoftOptIn, "newsletter", 1), said(SoftOptIn, "newsletter", 5)}, IsSoft, 5},
	} {
		got := Present(c.events)[Use{"newsletter", processing.ByMail}]
		if got.Standing != c.want || c.since > 0 && !got.Since.Equal(day(c.since)) {
			t.Errorf("%s: %q since %v, want %q since day %d", name, got.Standing, got.Since, c.want, c.since)
		}
	}
}

func TestANoToAllMarketingHoldsForEachPurpose(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events  []Event
		purpose processing.Purpose
		want    Standing
	}{
		"silent about it":               {[]Event{said(Objected, AllMarketing, 1)}, newsletter(), IsObjected},
		"consent before":                {[]Event{said(Given, "newsletter", 1), said(Objected, AllMarketing, 2)}, newsletter(), IsObjected},
		"consent at the same moment":    {[]Event{said(Given, "newsletter", 2), said(Objected, AllMarketing, 2)}, newsletter(), IsObjected},
		"consent afterwards":            {[]Event{said(Objected, AllMarketing, 1), said(Given, "newsletter", 2)}, newsletter(), IsGiven},
		"of one says nothing of others": {[]Event{said(Objected, AllMarketing, 1), said(Given, "newsletter", 2)}, offers(), IsObjected},
		"a purchase afterwards":         {[]Event{said(Objected, AllMarketing, 1), said(SoftOptIn, "own_offers", 2)}, offers(), IsObjected},
		"no marketing":                  {[]Event{said(Objected, AllMarketing, 1)}, record().Purposes[2], Silent},
		"own no stays the earlier one":  {[]Event{said(Withdrawn, "newsletter", 1), said(Objected, AllMarketing, 2)}, newsletter(), IsWithdrawn},
	} {
		if got := Present(c.events).Of(c.purpose, processing.ByMail); got.Standing != c.want {
			t.Errorf("%s: %q, want %q", name, got.Standing, c.want)
		}
	}
}

// draw makes any history of a few days, with many equal moments.
func draw(t *rapid.T) []Event {
	n := rapid.IntRange(0, 12).Draw(t, "n")
	events := make([]Event, n)
	for i := range events {
		events[i] = said(rapid.SampledFrom(Kinds()).Draw(t, "kind"), rapid.SampledFrom([]processing.PurposeID{"newsletter", "own_offers", AllMarketing}).Draw(t, "purpose"), rapid.IntRange(1, 4).Draw(t, "day"))
		events[i].ID = ID("e" + strconv.Itoa(i))
		events[i].Channel = rapid.SampledFrom(processing.Channels()[:2]).Draw(t, "channel")
	}
	return events
}

func TestTheOrderOfArrivalChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := draw(t)
		want := Present(events)
		other := append([]Event(nil), events...)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		if got := Present(other); !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\nreplays to %v and, in another order, to %v", events, want, got)
		}
	})
}

// TestTheLastWordCounts: a no after which nothing but purchases came still stands.
func TestTheLastWordCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := draw(t)
		stop := said(rapid.SampledFrom([]Kind{Withdrawn, Objected}).Draw(t, "no"), "newsletter", 5)
		later := said(SoftOptIn, "newsletter", 6)
		if s := Present(append(events, stop, later)).Of(newsletter(), processing.ByMail); !s.Standing.Stops() {
			t.Fatalf("%v: %q after a no", events, s.Standing)
		}
	})
}
