package world

// noise is a number that looks random and depends on nothing but the seed and n (splitmix64).
func noise(seed, n uint64) uint64 {
	z := seed + (n+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// fraction is noise in [0, 1).
func fraction(seed, n uint64) float64 { return float64(noise(seed, n)>>11) / (1 << 53) }
