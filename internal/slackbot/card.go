package slackbot

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"clepsydra/internal/alert"
)

// Identifiers of the two buttons. They are part of messages already sent: never
// renamed. Slack reports a click on Open as well; it only has to be answered.
const (
	ActionAcknowledge = "acknowledge"
	ActionOpen        = "open"
)

// Slack's limits in characters, with room for the marks around the text.
const (
	maxHeader  = 150
	maxSection = 2900
	maxField   = 1900
	maxButton  = 75
	maxFields  = 10
)

// options are the parts every message has: plain text for notifications and
// screen readers, the blocks, and no previews of links.
func options(text alert.Text, blocks []slack.Block) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(escape(text.Title+"\n"+text.Lead), false),
		slack.MsgOptionBlocks(blocks...),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
}

// cardBlocks is the whole state of an incident at a glance.
func cardBlocks(text alert.Text, acknowledgeID string) []slack.Block {
	blocks := []slack.Block{
		slack.NewHeaderBlock(plain(text.Title, maxHeader)),
		slack.NewSectionBlock(markdown(escape(cut(text.Lead, maxSection))), nil, nil),
	}
	if len(text.Facts) > 0 {
		blocks = append(blocks, slack.NewSectionBlock(nil, fields(text.Facts), nil))
	}
	if text.Progress != "" {
		blocks = append(blocks, slack.NewContextBlock("", markdown(escape(cut(text.Progress, maxField)))))
	}
	blocks = append(blocks, missing(text)...)
	blocks = append(blocks, actions(text, acknowledgeID)...)
	return append(blocks, slack.NewContextBlock("", markdown(escape(cut(text.Footer, maxField)))))
}

// replyBlocks is a reminder in the thread: what is due, what is missing.
func replyBlocks(text alert.Text, acknowledgeID string) []slack.Block {
	lead := "*" + escape(cut(text.Title, maxField)) + "*\n" + escape(cut(text.Lead, maxField))
	for _, f := range text.Facts {
		if !f.At.IsZero() {
			lead += "\n" + escape(f.Label) + ": " + value(f)
			break // the strict deadline stands first and alone here
		}
	}
	blocks := []slack.Block{slack.NewSectionBlock(markdown(lead), nil, nil)}
	if text.Progress != "" {
		blocks = append(blocks, slack.NewContextBlock("", markdown(escape(cut(text.Progress, maxField)))))
	}
	blocks = append(blocks, missing(text)...)
	return append(blocks, actions(text, acknowledgeID)...)
}

// fields turns facts into the two columns of a section.
func fields(facts []alert.Fact) []*slack.TextBlockObject {
	var out []*slack.TextBlockObject
	for _, f := range facts[:min(len(facts), maxFields)] {
		out = append(out, markdown("*"+escape(f.Label)+"*\n"+value(f)))
	}
	return out
}

// value shows an instant in each reader's own zone, with our own words for
// clients that cannot.
func value(f alert.Fact) string {
	v := escape(cut(f.Value, maxField))
	if f.At.IsZero() {
		return v
	}
	fallback := strings.NewReplacer("|", "/", "^", " ").Replace(v)
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", f.At.Unix(), fallback)
}

// missing lists what is not filled in; nothing when nothing is.
func missing(text alert.Text) []slack.Block {
	if len(text.Missing) == 0 {
		return nil
	}
	list := "*" + escape(text.MissingHead) + "*\n• " + escape(cut(strings.Join(text.Missing, "\n• "), maxField))
	return []slack.Block{slack.NewSectionBlock(markdown(list), nil, nil)}
}

// actions are at most two buttons: more are not read.
func actions(text alert.Text, acknowledgeID string) []slack.Block {
	var buttons []slack.BlockElement
	if text.Acknowledge != "" {
		b := slack.NewButtonBlockElement(ActionAcknowledge, acknowledgeID, plain(text.Acknowledge, maxButton))
		buttons = append(buttons, b.WithStyle(slack.StylePrimary))
	}
	if text.Link != "" {
		b := slack.NewButtonBlockElement(ActionOpen, "", plain(text.Open, maxButton))
		buttons = append(buttons, b.WithURL(text.Link))
	}
	if len(buttons) == 0 {
		return nil
	}
	return []slack.Block{slack.NewActionBlock("", buttons...)}
}

// markdown makes a text object from text that is already escaped; verbatim stops
// Slack from turning words into links and mentions.
func markdown(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}

// plain makes a text object without markup of at most limit characters.
func plain(s string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, escape(cut(s, limit)), false, false)
}

// escape keeps Slack from reading control sequences such as <!channel>.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// cut shortens s to limit characters, with an ellipsis when something is left out.
func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
