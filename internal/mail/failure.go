package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"clepsydra/internal/alert"
)

// Reasons of a failure, as codes; ReasonKey gives the advice for each.
const (
	reasonNetwork   = "network"
	reasonBusy      = "busy"
	reasonTLS       = "tls"
	reasonAuth      = "auth"
	reasonSender    = "sender"
	reasonRecipient = "recipient"
	reasonRefused   = "refused"
)

// ReasonKey gives the translation key that tells an administrator what to do
// about a failure; a general one for a reason without advice of its own.
func ReasonKey(reason string) string {
	known := []string{reasonNetwork, reasonBusy, reasonTLS, reasonAuth, reasonSender, reasonRecipient}
	if slices.Contains(known, reason) {
		return "alert.mail_reason_" + reason
	}
	return "alert.mail_reason_other"
}

// connectFailure classifies what went wrong before the mail was offered:
// reaching the server, encrypting, signing in.
func connectFailure(err error) *alert.SendError {
	var said *textproto.Error
	if errors.As(err, &said) {
		return fromCode(said.Code, reasonAuth, "connect")
	}
	if isTLS(err) {
		return alert.Stop(reasonTLS, fmt.Errorf("connect: %w", err))
	}
	if isNetwork(err) {
		return alert.Later(reasonNetwork, fmt.Errorf("connect: %w", err))
	}
	return alert.Stop(reasonAuth, fmt.Errorf("connect: %w", err))
}

// sendFailure classifies what the server said about the mail. Only codes are
// kept: the server's words and go-mail's error hold the recipient's address.
func sendFailure(err error) *alert.SendError {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return alert.Later(reasonNetwork, errors.New("send: connection lost"))
	}
	reason := reasonRefused
	switch failed.Reason {
	case gomail.ErrSMTPMailFrom:
		reason = reasonSender
	case gomail.ErrSMTPRcptTo:
		reason = reasonRecipient
	case gomail.ErrGetSender, gomail.ErrGetRcpts, gomail.ErrNoUnencoded:
		return alert.Stop(reason, fmt.Errorf("send: %s", failed.Reason))
	}
	if failed.ErrorCode() == 0 {
		return alert.Later(reasonNetwork, fmt.Errorf("send: %s: connection lost", failed.Reason))
	}
	return fromCode(failed.ErrorCode(), reason, "send: "+failed.Reason.String())
}

// fromCode classifies an SMTP reply: 4xx may pass, the rest will not.
func fromCode(code int, reason, op string) *alert.SendError {
	err := fmt.Errorf("%s: smtp %d", op, code)
	if code >= 400 && code < 500 {
		return alert.Later(reasonBusy, err)
	}
	return alert.Stop(reason, err)
}

// isTLS reports whether the connection could not be encrypted as asked.
func isTLS(err error) bool {
	var (
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alerted tls.AlertError
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
	)
	if errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alerted) || errors.As(err, &unknown) || errors.As(err, &name) {
		return true
	}
	// go-mail has no type for a server that does not offer STARTTLS.
	return strings.Contains(err.Error(), "STARTTLS")
}

// isNetwork reports whether the server could not be reached or hung up.
func isNetwork(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
