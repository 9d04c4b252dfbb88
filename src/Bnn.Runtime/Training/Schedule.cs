namespace Bnn.Training;

/// <summary>What changes over a run: the learning rate, and the order of a surrogate.</summary>
/// <param name="options">Of the run.</param>
/// <param name="stepsPerEpoch">Steps of an epoch.</param>
internal sealed class Schedule(TrainingOptions options, int stepsPerEpoch)
{
    private const float FirstOrder = 1, LastOrder = 3;

    /// <summary>Rises over the warm-up, then falls along a cosine to 0 at the end of the run, unless it is to stay.</summary>
    public double LearningRate(int epoch, int step)
    {
        double done = ((double)epoch * stepsPerEpoch) + step;
        double warm = options.WarmUpSteps == 0 ? 1 : Math.Min(1, (done + 1) / options.WarmUpSteps);
        if (options.HasConstantRate)
            return options.LearningRate * warm;
        return options.LearningRate * warm * 0.5 * (1 + DeterministicMath.CosPi(done / ((double)options.Epochs * stepsPerEpoch)));
    }

    /// <summary>Sets what <paramref name="epoch"/>, numbered from 0, computes with.</summary>
    public void Apply(int epoch, Binarization binarization)
    {
        binarization.IsReal = options.FullPrecision;
        binarization.Surrogate = options.Surrogate;
        binarization.Order = FirstOrder + ((LastOrder - FirstOrder) * Math.Min(epoch, options.Epochs - 1) / Math.Max(1, options.Epochs - 1));
    }
}
