// Package journal is the append-only record of what happened: the timeline of
// every case and the access log of the customer file are views of it.
//
// Each entry holds the hash of the one before, so that a change or a gap shows.
// Entries keep identifiers, counts and codes. Free text stands apart, only its
// hash is in the chain: personal data in it can be erased (Art. 17 GDPR) and the
// chain still proves itself.
package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Case is what an entry is about. Kind is "incident", "contact", "import",
// "firm", "account", "scan", "request", "form" or "repermission"; ID is empty where
// there is only one (the firm).
type Case struct{ Kind, ID string }

// Actor is who did it. It is on every entry.
type Actor struct {
	Kind ActorKind
	ID   string // account, Slack user or token; empty for the system and for an anonymous reporter
}

// ActorKind says what sort of actor it was.
type ActorKind string

// The sorts of actor.
const (
	ByAccount  ActorKind = "account"
	BySlack    ActorKind = "slack"
	ByReporter ActorKind = "reporter" // somebody with the report link
	// ByRecipient is a wrong recipient with the link to confirm.
	ByRecipient ActorKind = "recipient"
	// ByPerson is somebody of the customer file himself, by a signed link; ID is his
	// contact.
	ByPerson  ActorKind = "person"
	BySystem  ActorKind = "system"
	ByCommand ActorKind = "command" // the command line of the machine itself
)

// System is the program acting by itself, such as for a reminder.
func System() Actor { return Actor{Kind: BySystem} }

// Entry is one thing that happened. HappenedAt is when it happened in the world,
// RecordedAt when it was written down, both UTC. Facts hold no personal data;
// Text may, and reads as empty once it was erased.
type Entry struct {
	Seq        int64
	ID         string
	Case       Case
	Kind       string // "noun.participle": incident.reported, aware.confirmed
	Actor      Actor
	HappenedAt time.Time
	RecordedAt time.Time
	Facts      map[string]string
	Text       string
	TextHash   string
	Previous   string
	Hash       string
	// People are the people of the customer file that the entry is about, besides
	// those its case and its facts "contact" and "shown" name. They serve the search
	// for who looked at somebody, stand outside the chain and do not come back from
	// ListOf; an entry about many keeps PeopleHash of them in a fact.
	People []string
}

// seal computes the hash over everything the entry states and its predecessor.
// The encoding is JSON of a fixed list, so no two different entries share bytes.
func (e Entry) seal() (string, error) {
	facts, err := json.Marshal(e.Facts) // keys are sorted by the encoder
	if err != nil {
		return "", err
	}
	b, err := json.Marshal([]any{
		e.Seq, e.ID, e.Case.Kind, e.Case.ID, e.Kind, e.Actor.Kind, e.Actor.ID,
		e.HappenedAt.UTC().UnixMicro(), e.RecordedAt.UTC().UnixMicro(),
		string(facts), e.TextHash, e.Previous,
	})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

func hashText(s string) string {
	if s == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Problem is one thing that Verify found wrong.
type Problem struct {
	Seq  int64  `json:"seq"`
	What string `json:"what"` // changed, gap, text_changed, head_moved
}

// chain follows entries in order and collects what does not hold.
type chain struct {
	seq      int64
	hash     string
	problems []Problem
}

func (c *chain) follow(e Entry) error {
	if e.Seq != c.seq+1 || e.Previous != c.hash {
		c.problems = append(c.problems, Problem{e.Seq, "gap"})
	}
	want, err := e.seal()
	if err != nil {
		return err
	}
	if want != e.Hash {
		c.problems = append(c.problems, Problem{e.Seq, "changed"})
	}
	if e.Text != "" && hashText(e.Text) != e.TextHash {
		c.problems = append(c.problems, Problem{e.Seq, "text_changed"})
	}
	c.seq, c.hash = e.Seq, e.Hash
	return nil
}
