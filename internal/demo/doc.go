// Package demo is a made-up firm to look at the program with: its customers, its
// people and its incidents in every state, and the whole story of one leak told
// once from the report to the register. Nothing leaves the machine: Slack and the
// mail server are its own (slackapi.go, mailbox.go), and the clock can be moved
// (clock.go), so that three days of reminders pass in seconds.
//
// Incidents are made through the verbs of package response, in the order in which
// they happened, never written into tables: what the demonstration shows is what
// the program does.
package demo
