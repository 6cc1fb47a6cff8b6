package response

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"clepsydra/internal/incident"
)

// riskMethod says by which rules the risk was judged, what they came to, and the ENISA
// score where all of it is known (EDPB template, row 90). Empty when nobody assessed.
func (s *Service) riskMethod(ctx context.Context, db bun.IDB, i incident.Incident, w Words) (string, error) {
	r, err := s.riskOf(ctx, db, i)
	if err != nil || !r.IsAssessed() {
		return "", err
	}
	outcome := r.Pack.Outcomes[r.Outcome.Rank].Name.In(w.Lang(), w.Country())
	text := w.T("guide.method", map[string]any{"Name": r.Pack.Name.In(w.Lang(), w.Country()), "Version": r.Pack.Version, "Outcome": outcome})
	best, worst := r.Outcome.AtBest.Values["score"], r.Outcome.AtWorst.Values["score"]
	if score, ok := worst.(float64); ok && best == worst {
		text += " " + w.T("guide.method_score", map[string]any{"Score": strconv.FormatFloat(score, 'f', -1, 64)})
	}
	return text, nil
}
