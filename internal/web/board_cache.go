package web

import (
	"context"
	"sync"
	"time"

	"clepsydra/internal/register"
)

// boardCache keeps the board that was read last: when something changes, every
// open board asks at the same moment, and they all may share one reading. A change
// in this process ends it at once, one in another after a second.
type boardCache struct {
	mu    sync.Mutex
	board register.Board
	fresh bool
}

// boardLife is how old a shared board may be. Times left are counted by the page
// itself.
const boardLife = time.Second

// forget ends what is kept.
func (c *boardCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fresh = false
}

// get returns the board as it was at most boardLife ago. Whoever comes while it is
// read waits for it.
func (c *boardCache) get(ctx context.Context, s *Server, now time.Time) (register.Board, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := now.Sub(c.board.At); c.fresh && age >= 0 && age < boardLife {
		return c.board, nil
	}
	b, err := register.BoardAt(ctx, s.d.DB.R, now)
	if err != nil {
		return register.Board{}, err
	}
	c.board, c.fresh = b, true
	return b, nil
}
