package web

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
)

// Named refusals of the settings of channels.
var (
	errPort = fault.New(fault.Invalid, "settings.port_malformed").At("port")
	errTLS  = fault.New(fault.Invalid, "settings.tls_unknown").At("tls")
)

// channelRoutes: how responders are reached, and whether it works.
func (s *Server) channelRoutes() []Route {
	return []Route{
		get("/settings/slack", showSettings("settings_slack")), post("/settings/slack", saveSlack),
		post("/settings/slack/test", testSlack), get("/settings/slack/manifest", slackManifest),
		get("/settings/mail", showSettings("settings_mail")), post("/settings/mail", saveMail), post("/settings/mail/test", testMail),
	}
}

func saveSlack(v *Visit) error {
	f, err := v.fresh()
	if err != nil {
		return err
	}
	f.Slack.Channel = v.Form("channel")
	keepOrSet(&f.Slack.BotToken, v, "bot_token")
	keepOrSet(&f.Slack.SigningSecret, v, "signing_secret")
	return v.saveAs("settings_slack", "/settings/slack", f, nil)
}

// keepOrSet leaves a secret as it is when the field came empty, for it is never
// shown; a ticked box removes it.
func keepOrSet(secret *firm.Secret, v *Visit, field string) {
	if typed := v.Form(field); typed != "" {
		*secret = firm.Secret(typed)
	}
	if v.Ticked("remove") {
		*secret = ""
	}
}

func testSlack(v *Visit) error {
	page, err := v.settingsPage(v.Firm)
	if err != nil {
		return err
	}
	if page.Steps, err = v.S.d.Channels.TestSlack(v.Ctx(), v.Firm, v.P.Lang()); err != nil {
		return v.Again("settings_slack", page, err)
	}
	return v.Page("settings_slack", page)
}

func slackManifest(v *Visit) error {
	text, err := v.S.d.Channels.Manifest(v.origin())
	if err != nil {
		return err
	}
	return v.Download("clepsydra-slack-manifest.yaml", "application/yaml", []byte(text))
}

func saveMail(v *Visit) error {
	f, err := v.fresh()
	if err != nil {
		return err
	}
	var l fault.List
	f.SMTP.Host, f.SMTP.User, f.SMTP.From, f.SMTP.TLS = v.Form("host"), v.Form("user"), v.Form("from"), v.Form("tls")
	if f.SMTP.Port, err = strconv.Atoi(v.Form("port")); f.SMTP.Host != "" && (err != nil || f.SMTP.Port < 1 || f.SMTP.Port > 65535) {
		l.Add(errPort)
	}
	if !slices.Contains([]string{"mandatory", "opportunistic", "none"}, f.SMTP.TLS) {
		l.Add(errTLS)
	}
	l.Add(badEmail("from", f.SMTP.From))
	keepOrSet(&f.SMTP.Password, v, "password")
	return v.saveAs("settings_mail", "/settings/mail", f, l.OrNil())
}

func testMail(v *Visit) error {
	page, err := v.settingsPage(v.Firm)
	if err != nil {
		return err
	}
	if err := v.S.d.Channels.TestMail(v.Ctx(), v.Firm, v.Account); err != nil {
		// What the mail server said is a reason to mend the settings, whatever its kind.
		v.C.Status(fiber.StatusUnprocessableEntity)
		return v.render("settings_mail", page, newErrors(v.P, err))
	}
	page.Sent = true
	return v.Page("settings_mail", page)
}
