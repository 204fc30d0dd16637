package prices

// A region is where a price holds.
type region struct {
	code, location string
	// prefix begins the usage types of the region; eu-west-1 has no digit.
	prefix string
	// permille is the price level against us-east-1. ap-south-1 is the ratio of two published rates, the others follow EC2.
	permille int64
}

var regions = []region{
	{"us-east-1", "US East (N. Virginia)", "USE1", 1000},
	{"us-east-2", "US East (Ohio)", "USE2", 1000},
	{"us-west-2", "US West (Oregon)", "USW2", 1000},
	{"ca-central-1", "Canada (Central)", "CAN1", 1115},
	{"eu-west-1", "EU (Ireland)", "EU", 1115},
	{"eu-west-2", "EU (London)", "EUW2", 1156},
	{"eu-west-3", "EU (Paris)", "EUW3", 1170},
	{"eu-central-1", "EU (Frankfurt)", "EUC1", 1198},
	{"eu-north-1", "EU (Stockholm)", "EUN1", 1062},
	{"ap-northeast-1", "Asia Pacific (Tokyo)", "APN1", 1292},
	{"ap-northeast-2", "Asia Pacific (Seoul)", "APN2", 1229},
	{"ap-southeast-1", "Asia Pacific (Singapore)", "APS1", 1250},
	{"ap-southeast-2", "Asia Pacific (Sydney)", "APS2", 1250},
	{"ap-south-1", "Asia Pacific (Mumbai)", "APS3", 1052},
	{"sa-east-1", "South America (Sao Paulo)", "SAE1", 1594},
}
