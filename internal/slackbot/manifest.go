package slackbot

import (
	_ "embed"
	"net/url"
	"strings"

	"clepsydra/internal/fault"
)

// ErrBadBase says that the address of this installation is not one Slack can call.
var ErrBadBase = fault.New(fault.Invalid, "alert.slack_bad_base").At("base_url")

//go:embed manifest.yaml
var manifest string

// placeholder stands for the address of the installation in manifest.yaml.
const placeholder = "https://clepsydra.invalid"

// Manifest returns the manifest of the Slack app for the installation at baseURL,
// ready to be pasted into Slack. The address must be https and have no path,
// query or credentials; else ErrBadBase.
func Manifest(baseURL string) (string, error) {
	u, err := url.Parse(strings.TrimSuffix(baseURL, "/"))
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(u.Host, "\"'\\") {
		return "", ErrBadBase
	}
	if u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", ErrBadBase
	}
	return strings.ReplaceAll(manifest, placeholder, "https://"+u.Host), nil
}
