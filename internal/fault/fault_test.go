package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"clepsydra/internal/fault"
)

func TestCopiesAreStillTheNamedError(t *testing.T) {
	named := fault.New(fault.Conflict, "incident.already_closed")
	err := fmt.Errorf("close: %w", named.At("reason").With("ref", "INC-1").Because(errors.New("row locked")))
	if !errors.Is(err, named) {
		t.Fatal("a copy with field, placeholder and cause is no longer recognised")
	}
	if named.Field != "" || named.Args != nil {
		t.Fatal("the named error itself was changed")
	}
	if fault.KindOf(err) != fault.Conflict {
		t.Fatalf("kind %q", fault.KindOf(err))
	}
}

func TestKindOfUnknownErrorIsInternal(t *testing.T) {
	if k := fault.KindOf(errors.New("disk")); k != fault.Internal {
		t.Fatalf("kind %q", k)
	}
	if k := fault.KindOf(nil); k != "" {
		t.Fatalf("nil has kind %q", k)
	}
}

func TestListKeepsOrderAndNilIsNoError(t *testing.T) {
	var l fault.List
	l.Add(nil)
	if l.OrNil() != nil {
		t.Fatal("an empty list is an error")
	}
	l.Add(fault.New(fault.Invalid, "a").At("one"))
	l.Add(fault.New(fault.Invalid, "b").At("two"))
	all := fault.All(fmt.Errorf("form: %w", l.OrNil()))
	if len(all) != 2 || all[0].Field != "one" || all[1].Field != "two" {
		t.Fatalf("got %v", all)
	}
	if fault.KindOf(l) != fault.Invalid {
		t.Fatal("kind of a list is the kind of its first fault")
	}
}

func TestAllLooksIntoJoinedErrors(t *testing.T) {
	first := fault.List{fault.New(fault.Invalid, "a"), fault.New(fault.Invalid, "b")}
	err := fmt.Errorf("setup: %w", errors.Join(first, nil, errors.New("disk"), fault.New(fault.Invalid, "c")))
	all := fault.All(err)
	if len(all) != 3 || all[0].Key != "a" || all[2].Key != "c" {
		t.Fatalf("got %v", all)
	}
	if fault.All(errors.New("disk")) != nil {
		t.Fatal("an internal error is shown")
	}
}
