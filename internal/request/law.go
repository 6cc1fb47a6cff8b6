package request

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"clepsydra/internal/deadline"
	"clepsydra/internal/fault"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

// lawFile is the law of requests as dated data.
const lawFile = "requests.yaml"

// notIdentified is the ground on which even an absolute right waits: nobody knows whose
// it is (Art. 11(2), 12(2)).
const notIdentified = "not_identified"

// Law is what the law says of requests from a day on. A request keeps the version that
// was in force when it came in.
type Law struct {
	Version   string             `yaml:"version"`
	ValidFrom deadline.Date      `yaml:"valid_from"`
	ValidTo   deadline.Date      `yaml:"valid_to"` // zero: no end known
	Sources   []workflow.Source  `yaml:"sources"`
	Certainty workflow.Certainty `yaml:"certainty"`
	Article   string             `yaml:"article"` // of the duty to answer
	Answer    Span               `yaml:"answer"`
	Extension Span               `yaml:"extension"` // counted from the end of Answer
	Ladder    string             `yaml:"ladder"`    // of ladders.yaml
	Waiting   string             `yaml:"waiting"`   // the ladder while the month stands still
	// The firm's own practice, which no law fixes: how long the link of the identity
	// check and the one to the copy work, and when a closed request is stripped.
	LinkDays   int           `yaml:"link_days"`
	CopyDays   int           `yaml:"copy_days"`
	KeepMonths int           `yaml:"keep_months"`
	Kinds      []KindRule    `yaml:"kinds"`
	Refusals   []RefusalRule `yaml:"refusals"`
}

// Span is a length of time as the law counts it.
type Span struct {
	Amount int           `yaml:"amount"`
	Unit   deadline.Unit `yaml:"unit"`
}

func (s Span) period() deadline.Period { return deadline.Period{Amount: s.Amount, Unit: s.Unit} }

// KindRule is the article of one right.
type KindRule struct {
	ID      Kind   `yaml:"id"`
	Article string `yaml:"article"`
}

// RefusalRule is a ground on which a request need not, or not wholly, be followed. Its
// words are requests.ground_<id>.
type RefusalRule struct {
	ID      string `yaml:"id"`
	Article string `yaml:"article"`
	Kinds   []Kind `yaml:"kinds"` // empty: every kind
}

// whole is answer and extension together: both are in the same unit.
func (l Law) whole() deadline.Period {
	return deadline.Period{Amount: l.Answer.Amount + l.Extension.Amount, Unit: l.Answer.Unit}
}

// ArticleOf is the article of a right; empty for one that the version does not know.
func (l Law) ArticleOf(k Kind) string {
	for _, r := range l.Kinds {
		if r.ID == k {
			return r.Article
		}
	}
	return ""
}

// Grounds lists the refusals that exist for a kind.
func (l Law) Grounds(k Kind) []RefusalRule {
	var out []RefusalRule
	for _, r := range l.Refusals {
		if len(r.Kinds) == 0 || slices.Contains(r.Kinds, k) {
			out = append(out, r)
		}
	}
	return out
}

// Allows reports whether the ground exists for the kind.
func (l Law) Allows(k Kind, ground string) bool {
	return slices.ContainsFunc(l.Grounds(k), func(r RefusalRule) bool { return r.ID == ground })
}

// Ground returns a refusal by its id.
func (l Law) Ground(id string) (RefusalRule, bool) {
	i := slices.IndexFunc(l.Refusals, func(r RefusalRule) bool { return r.ID == id })
	if i < 0 {
		return RefusalRule{}, false
	}
	return l.Refusals[i], true
}

// ErrNoLaw says that no version was in force.
var ErrNoLaw = fault.New(fault.Internal, "fault.internal")

// Laws are the versions, oldest first.
type Laws []Law

// LoadLaws reads the shipped versions.
func LoadLaws() (Laws, error) {
	text, err := workflows.FS.ReadFile(lawFile)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	var file struct {
		Rules Laws `yaml:"rules"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&file); err != nil {
		return nil, fmt.Errorf("request: %s: %w", lawFile, err)
	}
	return file.Rules, nil
}

// At is the version in force at an instant, in at's own location.
func (all Laws) At(at time.Time) (Law, error) {
	day := deadline.DateOf(at)
	for _, l := range slices.Backward(all) {
		if !day.Before(l.ValidFrom) && (l.ValidTo.IsZero() || !day.After(l.ValidTo)) {
			return l, nil
		}
	}
	return Law{}, ErrNoLaw
}

// Version is one version by its name.
func (all Laws) Version(name string) (Law, error) {
	for _, l := range all {
		if l.Version == name {
			return l, nil
		}
	}
	return Law{}, ErrNoLaw
}
