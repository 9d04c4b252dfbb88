namespace Bnn.Training;

/// <summary>What changes over a run: the learning rate, and what becomes of latents and sums.</summary>
/// <param name="options">Of the run.</param>
/// <param name="stepsPerEpoch">Steps of an epoch.</param>
internal sealed class Schedule(TrainingOptions options, int stepsPerEpoch)
{
    /// <summary>The learning rate of the second of two stages, as a share of that of the first.</summary>
    public const double SecondStageRate = 0.2;

    private const float FirstOrder = 1, LastOrder = 3;
    private readonly int _realEpochs = (int)Math.Round(options.TwoStageShare * options.Epochs);

    /// <summary>Rises over the warm-up, then falls along a cosine to 0 at the end of the run; of each of two stages.</summary>
    public double LearningRate(int epoch, int step)
    {
        (int first, int epochs, double share) = epoch < _realEpochs ? (0, _realEpochs, 1)
            : (_realEpochs, options.Epochs - _realEpochs, _realEpochs > 0 ? SecondStageRate : 1);
        double done = ((double)(epoch - first) * stepsPerEpoch) + step;
        double warm = options.WarmUpSteps == 0 ? 1 : Math.Min(1, (done + 1) / options.WarmUpSteps);
        return options.LearningRate * share * warm * 0.5 * (1 + DeterministicMath.CosPi(done / ((double)epochs * stepsPerEpoch)));
    }

    /// <summary>Sets what <paramref name="epoch"/>, numbered from 0, computes with.</summary>
    public void Apply(int epoch, Binarization binarization)
    {
        binarization.Surrogate = options.Surrogate;
        binarization.Order = FirstOrder + ((LastOrder - FirstOrder) * Math.Min(epoch, options.Epochs - 1) / Math.Max(1, options.Epochs - 1));
        binarization.HasRealValues = options.FullPrecision;
        binarization.HasRealWeights = options.FullPrecision || epoch < _realEpochs;
    }
}
