package consent

import (
	"slices"
	"strings"
	"time"

	"clepsydra/internal/fault"
	"clepsydra/internal/processing"
)

// Named refusals of an event.
var (
	ErrKind         = fault.New(fault.Invalid, "consent.kind_unknown").At("kind")
	ErrHow          = fault.New(fault.Invalid, "consent.how_unknown").At("how")
	ErrPurpose      = fault.New(fault.Invalid, "consent.purpose_unknown").At("purpose")
	ErrChannel      = fault.New(fault.Invalid, "consent.channel_unused").At("channel")
	ErrBasis        = fault.New(fault.Invalid, "consent.basis_other").At("purpose") // Art. 6(1): another ground
	ErrBundled      = fault.New(fault.Invalid, "consent.bundled").At("purpose")     // recital 32
	ErrFuture       = fault.New(fault.Invalid, "consent.future").At("at")
	ErrWording      = fault.New(fault.Invalid, "consent.wording_missing").At("wording")    // Art. 7(1)
	ErrRecording    = fault.New(fault.Invalid, "consent.recording_missing").At("file")     // Art. 7(1)
	ErrScan         = fault.New(fault.Invalid, "consent.scan_missing").At("file")          // Art. 7(1)
	ErrListProof    = fault.New(fault.Invalid, "consent.list_without_proof").At("file")    // Art. 7(1), 14
	ErrListOrigin   = fault.New(fault.Invalid, "consent.list_origin_missing").At("origin") // Art. 14(2)(f)
	ErrListNamed    = fault.New(fault.Invalid, "consent.list_not_named").At("named")       // Art. 4(11): informed
	ErrPurchase     = fault.New(fault.Invalid, "consent.purchase_missing").At("on")        // Art. 13(2) Directive 2002/58
	ErrSimilar      = fault.New(fault.Invalid, "consent.not_similar").At("similar")
	ErrNotOffered   = fault.New(fault.Invalid, "consent.objection_not_offered").At("offered")
	ErrSoftBasis    = fault.New(fault.Invalid, "consent.soft_needs_interest").At("purpose")
	ErrSoftHow      = fault.New(fault.Invalid, "consent.soft_needs_purchase").At("how")
	ErrLiftUnproven = fault.New(fault.Invalid, "consent.lift_without_proof").At("note")
)

// clockSlack is by how much another machine's clock may be ahead of ours.
const clockSlack = 2 * time.Minute

// Check refuses what cannot be recorded: a purpose that does not rest on consent, a
// consent for all marketing at once, a yes without its proof (Art. 7(1)), a soft opt-in
// without its purchase. A no is taken in any form: nobody has to prove that he said no.
// What a file claims (HowImport) is taken as unproven.
func (e Event) Check(r processing.Record, now time.Time) error {
	var l fault.List
	if !slices.Contains(Kinds(), e.Kind) {
		l.Add(ErrKind)
	}
	if !slices.Contains(Hows(), e.How) {
		l.Add(ErrHow)
	}
	if e.At.After(now.Add(clockSlack)) {
		l.Add(ErrFuture)
	}
	e.checkPurpose(&l, r)
	switch e.Kind {
	case Given:
		e.checkProof(&l)
	case SoftOptIn:
		e.checkPurchase(&l, now)
	case ObjectionLifted:
		if e.Wording.Text == "" && e.Proof.FileSHA256 == "" && strings.TrimSpace(e.Proof.Note) == "" {
			l.Add(ErrLiftUnproven)
		}
	}
	return l.OrNil()
}

func (e Event) checkPurpose(l *fault.List, r processing.Record) {
	if !slices.Contains(processing.Channels(), e.Channel) {
		l.Add(ErrChannel)
		return
	}
	if e.Purpose == AllMarketing {
		if (e.Kind == Given || e.Kind == SoftOptIn) && e.How != HowImport {
			l.Add(ErrBundled)
		}
		return
	}
	p, ok := r.Purpose(e.Purpose)
	if !ok {
		l.Add(ErrPurpose)
		return
	}
	if e.Kind != Given && e.Kind != SoftOptIn {
		return // a no is taken for a purpose that ended, and for a channel not in use
	}
	switch {
	case !p.IsInUse():
		l.Add(ErrPurpose)
	case !p.Uses(e.Channel):
		l.Add(ErrChannel)
	case e.Kind == Given && p.Basis != processing.Consent && !p.Marketing:
		l.Add(ErrBasis)
	case e.Kind == SoftOptIn && (p.Basis != processing.LegitimateInterests || !p.Marketing):
		l.Add(ErrSoftBasis)
	}
}

// checkProof asks of each way of saying yes what shows it.
func (e Event) checkProof(l *fault.List) {
	if e.How == HowImport {
		return
	}
	if e.How == HowPurchase {
		l.Add(ErrSoftHow)
	}
	if strings.TrimSpace(e.Wording.Text) == "" {
		l.Add(ErrWording)
	}
	filed := e.Proof.FileID != "" && e.Proof.FileSHA256 != ""
	switch e.How {
	case HowPhone:
		if !filed {
			l.Add(ErrRecording)
		}
	case HowPaper:
		if !filed {
			l.Add(ErrScan)
		}
	case HowBoughtList:
		e.checkList(l, filed)
	}
}

// checkList: a bought list counts only with the proof of each person in it, and only
// when the words named who would write.
func (e Event) checkList(l *fault.List, filed bool) {
	if !filed {
		l.Add(ErrListProof)
	}
	b := e.Proof.List
	if b == nil || strings.TrimSpace(b.Origin) == "" || strings.TrimSpace(b.Seller) == "" || b.On.IsZero() {
		l.Add(ErrListOrigin)
	}
	if b != nil && !b.Named {
		l.Add(ErrListNamed)
	}
}

func (e Event) checkPurchase(l *fault.List, now time.Time) {
	if e.How != HowPurchase {
		l.Add(ErrSoftHow)
	}
	p := e.Proof.Purchase
	if p == nil || p.On.IsZero() || p.On.String() > now.UTC().AddDate(0, 0, 1).Format(time.DateOnly) {
		l.Add(ErrPurchase)
		return
	}
	if !p.Similar {
		l.Add(ErrSimilar)
	}
	if !p.ObjectionOffered {
		l.Add(ErrNotOffered)
	}
}
