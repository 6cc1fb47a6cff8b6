package obligation

import (
	"strings"
	"time"
)

// Phase is the part of a notification that a filing carries (Art. 33(4)).
type Phase string

// The phases. Initial may be incomplete; Supplementary adds what came to be
// known; Withdrawal takes the notification back.
const (
	Initial       Phase = "initial"
	Supplementary Phase = "supplementary"
	Withdrawal    Phase = "withdrawal"
)

// Filing is a notification that reached the authority. A PDF is not a filing:
// Receipt is the authority's code, or NoReceipt says why there is none.
type Filing struct {
	ID           string
	ObligationID ID
	Phase        Phase
	FiledAt      time.Time
	Receipt      string
	NoReceipt    string
	LateReason   string
	PaperID      string // the approved version that was filed, if one was made here
	RecordedBy   string
	RecordedAt   time.Time
	ProofID      string // evidence that shows the receipt; may be missing
	// WithdrawalReason is why a notification was taken back; only a withdrawal has one.
	WithdrawalReason string
}

// clockSlack forgives a visitor's clock that runs a little ahead.
const clockSlack = 2 * time.Minute

// File records a filing and settles the duty when it is the initial one.
// Earlier holds the filings so far: the initial comes first and only once.
func (o *Obligation) File(f Filing, earlier []Filing, now time.Time) error {
	if err := f.check(*o, now); err != nil {
		return err
	}
	hasInitial := false
	for _, e := range earlier {
		hasInitial = hasInitial || e.Phase == Initial
	}
	if (f.Phase == Initial) == hasInitial {
		return ErrPhaseOrder.At("phase")
	}
	if f.Phase != Initial {
		return nil
	}
	return o.Meet(f.FiledAt, f.LateReason)
}

func (f Filing) check(o Obligation, now time.Time) error {
	switch {
	case f.Phase != Initial && f.Phase != Supplementary && f.Phase != Withdrawal:
		return ErrPhaseUnknown.At("phase")
	case f.FiledAt.IsZero():
		return ErrFiledMissing.At("filed_at")
	case f.FiledAt.After(now.Add(clockSlack)):
		return ErrFiledInFuture.At("filed_at")
	case f.FiledAt.Before(o.StartedAt.Truncate(time.Minute)): // people type minutes
		return ErrFiledBefore.At("filed_at")
	case strings.TrimSpace(f.Receipt) == "" && strings.TrimSpace(f.NoReceipt) == "":
		return ErrReceipt.At("receipt")
	case f.Phase == Withdrawal && strings.TrimSpace(f.WithdrawalReason) == "":
		return ErrWithdrawalReason.At("withdrawal_reason")
	}
	return nil
}
