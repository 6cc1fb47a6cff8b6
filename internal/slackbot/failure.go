package slackbot

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/slack-go/slack"

	"clepsydra/internal/alert"
)

// Reasons that have a meaning here beyond their text.
const (
	reasonScope  = "missing_scope"
	reasonShared = "channel_shared"
)

// classify turns an error of slack-go into one the queue understands: wait
// exactly, back off, or stop. Everything Slack itself refuses is permanent except
// its own troubles, because repeating a refused message cannot help.
func classify(op string, err error) *alert.SendError {
	wrapped := fmt.Errorf("%s: %w", op, err)
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return alert.Retry(limited.RetryAfter, wrapped)
	}
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		if slices.Contains(ownTroubles(), refused.Err) {
			return alert.Later(refused.Err, wrapped)
		}
		return alert.Stop(refused.Err, wrapped)
	}
	var status slack.StatusCodeError
	if errors.As(err, &status) {
		if status.Code >= 500 || status.Code == http.StatusRequestTimeout {
			return alert.Later("server_error", wrapped)
		}
		return alert.Stop(fmt.Sprintf("http_%d", status.Code), wrapped)
	}
	return alert.Later("network", wrapped)
}

// ownTroubles are refusals in which Slack names itself as the cause.
func ownTroubles() []string {
	return []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited"}
}

// IsGone reports whether err says that the message to edit or to answer no longer
// exists or may no longer be edited: a new card must be posted.
func IsGone(err error) bool {
	var e *alert.SendError
	if !errors.As(err, &e) {
		return false
	}
	return slices.Contains([]string{"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"}, e.Reason)
}

// ReasonKey gives the translation key that tells an administrator what to do
// about a failure; a general one for a reason without advice of its own.
func ReasonKey(reason string) string {
	known := []string{
		"invalid_auth", "account_inactive", "token_revoked", "channel_not_found", "not_in_channel", "is_archived",
		reasonScope, reasonShared, "rate_limited", "network", "server_error", "not_allowed",
	}
	if slices.Contains(known, reason) {
		return "alert.slack_reason_" + reason
	}
	return "alert.slack_reason_other"
}
