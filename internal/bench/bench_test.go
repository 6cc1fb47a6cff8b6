package bench

import (
	"context"
	"errors"
	"testing"
	"time"

	"clepsydra/internal/database/databasetest"
)

// The measurements themselves take long; here small ones show that each measures
// what it says.
func TestSmallMeasurements(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(context.Context) (Figure, error){
		"merged":   func(ctx context.Context) (Figure, error) { return merged(ctx, 40) },
		"separate": func(ctx context.Context) (Figure, error) { return separate(ctx, 20) },
		"import":   func(ctx context.Context) (Figure, error) { return imported(ctx, "", 500) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := take(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if f.Ours <= 0 || f.Baseline <= 0 || f.Unit == "" || f.BaselineOf == "" {
				t.Errorf("%+v", f)
			}
		})
	}
}

// TestSmallCrowd measures a small customer file in every way.
func TestSmallCrowd(t *testing.T) {
	// Not beside others: it sets how many processors there are.
	t.Run("sqlite", func(t *testing.T) { checkCrowd(t, "") })
	t.Run("postgres", func(t *testing.T) { checkCrowd(t, databasetest.PostgresURL(t)) })
}

func checkCrowd(t *testing.T, server string) {
	t.Helper()
	figures, err := contacts(t.Context(), server, 600)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range figures {
		if f.Ours < 0 || f.Unit == "" || f.BaselineOf == "" || names[f.Name] {
			t.Errorf("%+v", f)
		}
		names[f.Name] = true
	}
	for _, name := range []string{"search, all kinds", "segment of three criteria", "open a person", "gather everything on a person", "dry run of retention", "import", "read into memory"} {
		if !names[name] {
			t.Errorf("%s was not measured", name)
		}
	}
}

func TestUnknownMeasurement(t *testing.T) {
	t.Parallel()
	if _, err := Take(t.Context(), "weather"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

func TestNamesAreUniqueAndGrouped(t *testing.T) {
	t.Parallel()
	names, groups := map[string]bool{}, map[string]bool{}
	for _, g := range Groups() {
		groups[g] = true
	}
	for _, m := range Measurements() {
		if names[m.Name] || !groups[m.Group] {
			t.Errorf("%s in %s", m.Name, m.Group)
		}
		names[m.Name] = true
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	var list []time.Duration
	for k := range 100 {
		list = append(list, time.Duration(100-k))
	}
	if q := quantile(list, 0.99); q != 100 {
		t.Errorf("p99 %d", q)
	}
	if q := quantile(list, 0.5); q != 51 {
		t.Errorf("p50 %d", q)
	}
	if q := quantile(nil, 0.5); q != 0 {
		t.Errorf("of nothing %d", q)
	}
}
