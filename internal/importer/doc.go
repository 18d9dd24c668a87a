// Package importer brings a past from elsewhere into a company's conversations:
// it keeps the file as evidence, tells what is in it before anything is
// written, writes it when somebody has said which name is whom, and takes all
// of it back as one.
//
// A run writes batches. Each batch and how far it got in the file are one
// command of the company's writer, so that a run that was killed goes on where
// it was, and a batch is never written twice: a crash here costs time only.
//
// Imported messages say so for ever, with the file's name for their writer and
// their line in the file. Nothing about them is verified, and nothing here
// claims it.
package importer
