package stewardship

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/firm"
	"clepsydra/internal/processing"
)

// IsOwnNotice reports whether an address is that of the statement published here.
func IsOwnNotice(f firm.Firm, at string) bool {
	at, _, _ = strings.Cut(at, "?")
	return f.BaseURL != "" && strings.TrimSuffix(at, "/") == address(f, "/privacy")
}

// noticeShown names the statement that a form linked to: the permanent address of its
// version and the hash of its text. It is empty when the statement stands elsewhere or
// is not published yet. A language that was not published shows that of the house.
func noticeShown(ctx context.Context, db bun.IDB, f firm.Firm, at, lang string) (string, error) {
	if !IsOwnNotice(f, at) {
		return "", nil
	}
	for _, one := range []string{lang, f.Language} {
		n, ok, err := processing.LatestNotice(ctx, db, one)
		if err != nil {
			return "", err
		}
		if ok {
			return fmt.Sprintf("%s#sha256=%s", address(f, fmt.Sprintf("/privacy/%d?lang=%s", n.Version, n.Language)), n.Hash), nil
		}
	}
	return "", nil
}
