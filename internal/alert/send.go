package alert

import (
	"errors"
	"fmt"
	"time"
)

// Class says whether a failed sending is worth trying again. The channel decides
// it, the queue obeys.
type Class string

// The classes. RateLimited waits exactly as long as was asked, Temporary backs
// off, Permanent stops: somebody must repair the settings, another channel takes over.
const (
	RateLimited Class = "rate_limited"
	Temporary   Class = "temporary"
	Permanent   Class = "permanent"
)

// SendError is a failed sending with its class. After is set for RateLimited only.
// Reason is a stable code of the channel such as invalid_auth, for the health page;
// it holds no personal data and no secret.
type SendError struct {
	Class  Class
	After  time.Duration
	Reason string
	Err    error
}

// Error gives the internal text, for the log.
func (e *SendError) Error() string {
	return fmt.Sprintf("%s (%s): %v", e.Class, e.Reason, e.Err)
}

// Unwrap gives the cause.
func (e *SendError) Unwrap() error { return e.Err }

// Retry makes the error of a channel that asked to wait for after.
func Retry(after time.Duration, err error) *SendError {
	return &SendError{Class: RateLimited, After: after, Reason: "rate_limited", Err: err}
}

// Later makes a temporary error: network, overload, a server that restarts.
func Later(reason string, err error) *SendError {
	return &SendError{Class: Temporary, Reason: reason, Err: err}
}

// Stop makes a permanent error: trying again cannot help.
func Stop(reason string, err error) *SendError {
	return &SendError{Class: Permanent, Reason: reason, Err: err}
}

// ClassOf returns the class of err: Temporary for an error nobody classified,
// because a legal reminder is rather tried once too often; empty for nil.
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	var e *SendError
	if errors.As(err, &e) {
		return e.Class
	}
	return Temporary
}

// After returns how long the channel asked to wait; 0 when it did not ask.
func After(err error) time.Duration {
	var e *SendError
	if errors.As(err, &e) && e.Class == RateLimited {
		return e.After
	}
	return 0
}
