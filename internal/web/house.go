package web

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"clepsydra/internal/firm"
)

// house remembers the firm between requests: reading it opens its seals and
// carries its logo. When it changed, in this process or in another, it is read
// anew.
type house struct{ known atomic.Pointer[firm.Firm] }

func (h *house) get(ctx context.Context, d Deps) (firm.Firm, error) {
	at, err := d.Firms.ChangedAt(ctx, d.DB.R)
	if err != nil {
		return firm.Firm{}, err
	}
	if f := h.known.Load(); f != nil && f.UpdatedAt.Equal(at) {
		return *f, nil
	}
	f, err := d.Firms.Get(ctx, d.DB.R)
	if err != nil {
		return firm.Firm{}, fmt.Errorf("web: firm: %w", err)
	}
	// Two changes may share a microsecond of a clock that stands still.
	if d.Clock().Sub(f.UpdatedAt) > time.Second {
		h.known.Store(&f)
	}
	return f, nil
}
