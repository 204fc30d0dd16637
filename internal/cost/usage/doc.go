// Package usage reads the usage types of SageMaker's bill lines:
//
//	usage = [REGION "-"] COMPONENT [":" DETAIL]
//	DETAIL = APP "-" INSTANCE | INSTANCE | "VolumeUsage" ["." VOLUME] | METRIC
//
// The grammar is one table of forms, which is read twice: by Parse, and by SQL for engines in which no Go runs. What the table
// does not have is Other and keeps its raw text, so that it can be listed and counted: nothing is put where it only might belong.
package usage
