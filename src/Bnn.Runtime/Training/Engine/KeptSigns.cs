namespace Bnn.Training;

/// <summary>The signs that a convolution gave for each sample of a source, so that the next pass over the source begins behind it.</summary>
/// <remarks>
/// Passes that go one layer further each, as those that re-estimate batch norm, would else run the first layer as often as there are layers. One store
/// serves one convolution after the other: signs of a sample are overwritten when the pass has read them. Signs are exact, so nothing changes but the time.
/// </remarks>
internal sealed unsafe class KeptSigns
{
    /// <summary>Most words that are kept: 512 MiB.</summary>
    public const long MostWords = 1L << 26;

    private readonly ForwardPass _pass;
    private readonly int _wordsOfSample;
    private readonly ulong[] _words;                // [samples][_wordsOfSample], [channels][words] in them
    private ConvolutionStage? _from, _to;

    /// <param name="pass">Runs over the source.</param>
    /// <param name="samples">Of the source.</param>
    /// <param name="mostWords">Convolutions that give more than so many words for all samples are not kept.</param>
    public KeptSigns(ForwardPass pass, int samples, long mostWords)
    {
        _pass = pass;
        // What stands before the last hidden layer can be kept; re-estimating asks for no later signs.
        _wordsOfSample = pass.Stages.SkipLast(2).OfType<ConvolutionStage>().Where(_ => !pass.Batch.Binarization.IsReal)
            .Select(stage => stage.Layer.Channels * stage.SignWords).Where(words => (long)words * samples <= mostWords).DefaultIfEmpty().Max();
        _words = new ulong[samples * _wordsOfSample];
    }

    /// <summary>The same signs for another network whose stages before <see cref="Start"/> are the same, and whose later ones have no more channels.</summary>
    /// <param name="other">What is kept for one.</param>
    /// <param name="pass">Of the other.</param>
    /// <param name="goesOn">Whether passes will keep more; else the store is shared.</param>
    public KeptSigns(KeptSigns other, ForwardPass pass, bool goesOn)
    {
        (_pass, _wordsOfSample, _words, Start) = (pass, other._wordsOfSample, goesOn ? [.. other._words] : other._words, other.Start);
        _from = Start == 0 ? null : (ConvolutionStage)pass.Stages[Start - 1];
    }

    /// <summary>First stage that a pass has to run.</summary>
    public int Start { get; private set; }

    /// <summary>Tells that the next pass runs up to the sums of stage <paramref name="last"/>.</summary>
    public void BeginPass(int last) =>
        _to = last > Start && _pass.Stages[last - 1] is ConvolutionStage stage && stage.Layer.Channels * stage.SignWords <= _wordsOfSample ? stage : null;

    /// <summary>Tells that the pass has seen all samples.</summary>
    public void EndPass()
    {
        if (_to is null)
            return;
        (_from, _to) = (_to, null);
        Start = Array.IndexOf(_pass.Stages, _from) + 1;
    }

    /// <summary>Gives the samples of the batch what stage <see cref="Start"/> reads. Call it before that stage runs.</summary>
    public void Restore()
    {
        if (_from is null)
            return;
        _from.Results.SetSignNorm();
        _pass.Batch.Pool.Run(_pass.Batch.Rows, (row, _) => Run(_from, row, isNew: false), TrainingPhase.Normalize);
    }

    /// <summary>Keeps what the pass adds for the samples of the batch. Call it when its stages have run.</summary>
    public void Save()
    {
        if (_to is not null)
            _pass.Batch.Pool.Run(_pass.Batch.Rows, (row, _) => Run(_to, row, isNew: true), TrainingPhase.Normalize);
    }

    private void Run(ConvolutionStage stage, int row, bool isNew)
    {
        fixed (ulong* words = _words)
        {
            ulong* signs = words + ((long)(_pass.Batch.First + row) * _wordsOfSample);
            for (int c = 0; c < stage.Layer.Channels; c++, signs += stage.SignWords)
            {
                if (isNew)
                    stage.Results.WriteSigns(row, c, signs);
                else
                    stage.Results.TakeSigns(row, c, signs);
            }
        }
    }
}
