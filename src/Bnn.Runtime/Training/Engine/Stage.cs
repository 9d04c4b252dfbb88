namespace Bnn.Training;

/// <summary>A layer with weights on its way through training: sums forward, gradients backward, and the optimiser's step on its own weights.</summary>
/// <remarks>
/// Between two stages lie bits of ±1 (channel-major, rows top first) forward, and gradients by these bits backward. A task writes only what no
/// other task of its phase touches, and every sum is taken in a fixed order, so the number of threads changes no bit.
/// </remarks>
internal abstract class Stage
{
    private const int RowsOfTask = 64;

    private readonly Action<int, int> _refreshTask;

    protected Stage(Batch batch, LatentLayer layer, BatchNorm? norm, Stage? previous)
    {
        _refreshTask = (task, _) => layer.Mask!.Refresh(task * RowsOfTask, Math.Min(RowsOfTask, layer.Inputs - (task * RowsOfTask)));
        (Batch, Layer, Norm, Previous) = (batch, layer, norm, previous);
        int channels = norm?.Mean.Length ?? 0;
        (Means, InverseDeviations, Factors) = (new(channels), new(channels), new(channels));
        if (previous is not null)
            previous.Next = this;
    }

    public LatentLayer Layer { get; }

    /// <summary>Null for the scores.</summary>
    public BatchNorm? Norm { get; }

    public Stage? Previous { get; }

    public Stage? Next { get; private set; }

    /// <summary>Means that the last pass used.</summary>
    public FloatBuffer Means { get; }

    /// <summary>1 / √(variance + ε) that the last pass used.</summary>
    public FloatBuffer InverseDeviations { get; }

    /// <summary>The same times scale.</summary>
    public FloatBuffer Factors { get; }

    protected Batch Batch { get; }

    /// <summary>Turns bytes into what the first stage sees; null for later ones.</summary>
    public SampleEncoder? Encoder { get; init; }

    /// <summary>Sums of the batch, and unless <paramref name="stopAtSums"/> all that the next stage needs to see bits.</summary>
    public abstract void Forward(bool stopAtSums);

    /// <summary>Gradients from those by the bits that this stage gave (by its sums, for the scores), and the step on weights and batch norm.</summary>
    public abstract void Backward(IGradientSink sink);

    /// <summary>The sum of <paramref name="channel"/> at a position of the result, after pooling, of sample <paramref name="row"/>.</summary>
    public abstract float Sum(int row, int channel, int position);

    /// <summary>Adds all sums of each channel, and their squares, over the samples of the batch: exact up to 2^53, in a fixed order beyond.</summary>
    /// <param name="sums"><c>[channels]</c></param>
    /// <param name="squares"><c>[channels]</c></param>
    public abstract void AddStatistics(double[] sums, double[] squares);

    /// <summary>Brings the weights of a mask up to date with the latent weights, before anything is multiplied with them.</summary>
    protected void RefreshMask()
    {
        if (Layer.Mask is not null)
            Batch.Pool.Run((Layer.Inputs + RowsOfTask - 1) / RowsOfTask, _refreshTask, TrainingPhase.Forward);
    }

    /// <summary>Whether a value is +1.</summary>
    public unsafe bool Bit(int row, int channel, int position) => BatchNorm.Normalize(
        Sum(row, channel, position), Means.Pointer[channel], Factors.Pointer[channel], Norm!.Shift.Values.Pointer[channel]) >= 0;
}

/// <summary>What becomes of gradients: the optimiser's step, or a copy for a gradient check.</summary>
internal interface IGradientSink
{
    /// <summary>Takes the gradients of items <paramref name="first"/> to first + count − 1.</summary>
    /// <param name="array">What they belong to.</param>
    /// <param name="first">Multiple of 8.</param>
    /// <param name="count">Multiple of 8.</param>
    /// <param name="gradients"><c>[count]</c></param>
    /// <param name="bound">Latents stay in [−bound, bound].</param>
    unsafe void Take(TrainedArray array, int first, int count, float* gradients, float bound);
}
