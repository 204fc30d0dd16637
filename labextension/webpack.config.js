// The ids that webpack gives by default depend on the folder in which it runs: the bundle is to be the same everywhere.
module.exports = { optimization: { moduleIds: 'named' } };
