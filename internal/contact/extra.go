package contact

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// OwnPrefix begins the key of a field the firm declared itself, such as
// "x_shoe_size"; the keys of the shipped fields never do.
const OwnPrefix = "x_"

// IsOwn reports whether the field is one the firm declared itself; its values are
// in Contact.Extra.
func (f Field) IsOwn() bool { return strings.HasPrefix(string(f), OwnPrefix) }

// Extra holds the values of the firm's own fields as a JSON object with sorted
// keys, so that equal values are equal texts. Empty means none; a text that is no
// such object reads as none.
type Extra string

// ExtraOf packs values; empty ones are left out.
func ExtraOf(values map[Field]string) Extra {
	kept := maps.Clone(values)
	maps.DeleteFunc(kept, func(_ Field, v string) bool { return v == "" })
	if len(kept) == 0 {
		return ""
	}
	text, err := json.Marshal(kept)
	if err != nil { // strings always marshal
		return ""
	}
	return Extra(text)
}

// Values unpacks all values; never nil.
func (x Extra) Values() map[Field]string {
	out := map[Field]string{}
	if x == "" {
		return out
	}
	if err := json.Unmarshal([]byte(x), &out); err != nil {
		return map[Field]string{}
	}
	return out
}

// Get returns one value, empty when there is none.
func (x Extra) Get(f Field) string { return x.Values()[f] }

// With returns the values with one changed; an empty one is taken out.
func (x Extra) With(f Field, value string) Extra {
	values := x.Values()
	values[f] = value
	return ExtraOf(values)
}

// Fields lists the fields that have a value, sorted.
func (x Extra) Fields() []Field {
	if x == "" {
		return nil
	}
	return slices.Sorted(maps.Keys(x.Values()))
}
