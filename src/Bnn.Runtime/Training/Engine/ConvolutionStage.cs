namespace Bnn.Training;

/// <summary>A convolution with the pools behind it: sums, largest sum of each window, batch norm, sign.</summary>
/// <remarks>
/// A task takes some samples from the bits before it to pooled sums and, on the way back, from gradients by its bits to masked gradients by the bits
/// before it; weight gradients are added up for <see cref="Batch.ShardRows"/> samples in a task and then over the shards, in this order whatever the
/// threads. Memory of a batch is that of <see cref="ConvolutionResults"/> and, in the first stage, the images; all else is scratch of a worker.
/// </remarks>
internal sealed unsafe class ConvolutionStage : Stage
{
    private readonly ConvolutionLayout _layout;
    private readonly ConvolutionWeights _weights;
    private readonly SignConvolution? _signs;       // null: sums by products
    private readonly ConvolutionInputGradient _inputGradient;
    private readonly ConvolutionWeightGradient? _weightGradient;    // one of these
    private readonly PooledWeightGradient? _pooledGradient;
    private readonly ConvolutionValues _values;
    private readonly int _outputStride;             // of a channel in _outputs
    private readonly FloatBuffer[] _outputs, _outputGradients, _pooled;  // per worker
    private readonly SumPooling[] _pooling;         // per worker
    private readonly bool _isPlain;                 // sums may be written where they are kept
    private readonly Action<int, int> _packTask, _packSignsTask, _forwardTask, _maskTask, _backwardTask, _weightTask;
    private IGradientSink _sink = null!;

    public ConvolutionStage(Batch batch, LatentLayer layer, BatchNorm norm, Stage? previous, bool isEightBit)
        : base(batch, layer, norm, previous)
    {
        LayerGeometry geometry = layer.Geometry;
        _layout = new(geometry);
        _signs = !batch.Binarization.IsReal && SignConvolution.Suits(layer, isEightBit) ? new(_layout, layer, batch) : null;
        _weights = new(_layout, layer, batch.Binarization, needsForward: _signs is null, needsGradient: previous is not null);
        _inputGradient = new(_layout, _weights, batch);
        if (PooledWeightGradient.Suits(_layout))
            _pooledGradient = new(_layout, layer, batch);
        else
            _weightGradient = new(_layout, layer, batch);
        Results = new(batch, this);
        _values = new(batch, this, _layout, (geometry.Convolution!.PaddingBit ? 1 : -1) * (isEightBit ? 255 : 1));
        _outputStride = ConvolutionLayout.WholeTiles(_layout.OutputLength + Transposition.Block);
        _outputs = batch.PerWorker((SignCounts.Channels * _outputStride) + (3 * _layout.Pitch) + Gemm.Columns);
        _outputGradients = batch.PerWorker(_layout.GradientLength);
        _isPlain = geometry.Pools.Length == 0 && _layout.Pitch == geometry.Output.Width && geometry.Output.Width % Transposition.Block == 0;
        _pooled = batch.PerWorker(geometry.Positions);
        _pooling = Enumerable.Range(0, batch.Pool.Threads).Select(_ => new SumPooling(_layout)).ToArray();
        (_packTask, _forwardTask, _maskTask, _backwardTask) = (_weights.Pack, ForwardSample, (row, _) => Results.MaskSample(row), BackwardShard);
        _packSignsTask = (block, worker) => _signs!.Pack(block, worker);
        _weightTask = StepWeights;
    }

    /// <summary>What is kept of the batch.</summary>
    public ConvolutionResults Results { get; }

    /// <summary>Words of 64 that the signs of a channel take.</summary>
    public int SignWords => (Positions + 63) / 64;

    private int Positions => Layer.Geometry.Positions;

    /// <inheritdoc/>
    public override void Forward(bool stopAtSums)
    {
        RefreshMask();
        Batch.Pool.Run(_weights.Panels, _packTask, TrainingPhase.Forward);
        if (_signs is not null)
            Batch.Pool.Run(_signs.Blocks, _packSignsTask, TrainingPhase.Forward);
        Batch.Pool.Run(Batch.Rows, _forwardTask);
        if (!stopAtSums)
            Results.SetNorm();
    }

    /// <inheritdoc/>
    public override void Backward(IGradientSink sink)
    {
        _sink = sink;
        // A convolution masks what it gives back sample by sample; a dense stage gives it channel by channel.
        if (Next is not ConvolutionStage)
            Batch.Pool.Run(Batch.Rows, _maskTask, TrainingPhase.Normalize);
        Results.StepNorm(sink);
        Batch.Pool.Run(Batch.Shards, _backwardTask, TrainingPhase.Normalize);
        Batch.Pool.Run(_weightGradient?.Tiles ?? _pooledGradient!.Tasks, _weightTask, TrainingPhase.Optimizer);
    }

    /// <inheritdoc/>
    public override float Sum(int row, int channel, int position) => Results.Sums(row, channel)[position];

    /// <inheritdoc/>
    public override void AddStatistics(double[] sums, double[] squares) => Results.AddStatistics(sums, squares);

    /// <summary>Writes the values of sample <paramref name="row"/> that the next stage sees: ±1, <c>[channels][positions]</c>.</summary>
    public void WriteBits(int row, float* values)
    {
        for (int c = 0; c < Layer.Channels; c++, values += Positions)
            Results.WriteValues(row, c, values, Positions, Positions);
    }

    /// <summary>Takes the gradients by some of the values that the next, dense stage saw.</summary>
    /// <param name="first">First of its inputs: values, or channels if each stands for all <paramref name="positions"/> of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="positions">Positions that got the same gradient.</param>
    /// <param name="gradients"><c>[rows][32]</c></param>
    public void ReceiveGradients(int first, int count, int positions, float* gradients)
    {
        for (int row = 0; row < Batch.Rows; row++, gradients += Gemm.Columns)
        {
            float* to = Results.Gradients(row, 0) + ((long)first * positions);
            if (positions == 1)
            {
                new ReadOnlySpan<float>(gradients, count).CopyTo(new Span<float>(to, count));
                continue;
            }
            for (int i = 0; i < count; i++, to += positions)
                new Span<float>(to, positions).Fill(gradients[i]);
        }
    }

    private void ForwardSample(int row, int worker)
    {
        float* outputs = _outputs[worker].Pointer;
        if (_signs is not null)
        {
            _values.PackSigns(_signs, row, worker);
            for (int block = 0; block < _signs.Blocks; block++)
            {
                Batch.Enter(worker, TrainingPhase.Forward);
                int channel = block * SignCounts.Channels, channels = Math.Min(SignCounts.Channels, Layer.Channels - channel);
                if (_isPlain && channels == SignCounts.Channels)
                {
                    _signs.Run(block, Results.Sums(row, channel), Positions, worker);
                    Batch.Enter(worker, TrainingPhase.Pool);
                    for (int c = channel; c < channel + channels; c++)
                        Results.TakeStatistics(row, c);
                    continue;
                }
                _signs.Run(block, outputs, _outputStride, worker);
                Pool(row, channel, channels, outputs, worker);
            }
            return;
        }
        float* planes = _values.Planes(row, worker, isNew: true);
        fixed (int* taps = _layout.Taps)
        {
            for (int panel = 0; panel < _weights.ForwardPanels; panel++)
            {
                (int channel, int rows, int input) = _weights.Place(panel);
                float* x = planes + ((long)input * _layout.PlaneSize);
                Batch.Enter(worker, TrainingPhase.Forward);
                for (int q = 0; q < _layout.OutputLength; q += Gemm.Columns)
                    ConvolutionTile.Run(Layer.Inputs, _weights.Forward(panel), x + q, taps, outputs + q, _outputStride, rows, _layout.OutputLength - q);
                Pool(row, channel, rows, outputs, worker);
            }
        }
    }

    private void Pool(int row, int first, int channels, float* outputs, int worker)
    {
        Batch.Enter(worker, TrainingPhase.Pool);
        for (int c = first; c < first + channels; c++, outputs += _outputStride)
        {
            fixed (int* sources = Results.Sources(row, c))
                _pooling[worker].Run(outputs, Results.Sums(row, c), sources);
            Results.TakeStatistics(row, c);
        }
    }

    private void BackwardShard(int shard, int worker)
    {
        int first = shard * Batch.ShardRows, end = Math.Min(first + Batch.ShardRows, Batch.Rows);
        float* outputGradients = _outputGradients[worker].Pointer;
        _weightGradient?.Clear(shard);
        _pooledGradient?.Clear(shard);
        for (int row = first; row < end; row++)
        {
            Batch.Enter(worker, TrainingPhase.Normalize);
            float* values = _values.Planes(row, worker, isNew: false);
            _pooledGradient?.Take(values, worker);
            if (_pooling[worker].IsPlain)
                WriteOutputGradients(row, outputGradients);
            else
                SpreadOutputGradients(shard, row, outputGradients, worker);
            if (Previous is ConvolutionStage before)
            {
                Batch.Enter(worker, TrainingPhase.InputGradient);
                _inputGradient.Run(outputGradients, before.Results.Gradients(row, 0), worker);
                Batch.Enter(worker, TrainingPhase.Normalize);
                before.Results.MaskSample(row);
            }
            Batch.Enter(worker, TrainingPhase.WeightGradient);
            _weightGradient?.Add(shard, values, outputGradients, worker);
        }
    }

    private void StepWeights(int task, int worker)
    {
        _weightGradient?.Step(task, Batch.Shards, worker, _sink);
        _pooledGradient?.Step(task, Batch.Shards, worker, _sink);
    }

    // Gradients by the outputs, in planes with zeros around them.
    private void WriteOutputGradients(int row, float* outputGradients)
    {
        float* to = outputGradients + _layout.GradientOrigin;
        for (int c = 0; c < Layer.Channels; c++, to += _layout.GradientPlaneSize)
            Results.WriteSumGradients(row, c, to, Layer.Geometry.Result.Width, _layout.Pitch);
    }

    // The same behind pools. Windows may overlap, so that one output gets several gradients.
    private void SpreadOutputGradients(int shard, int row, float* outputGradients, int worker)
    {
        float* pooled = _pooled[worker].Pointer, to = outputGradients + _layout.GradientOrigin;
        bool needsPlanes = _pooledGradient is null || Previous is not null;
        if (needsPlanes)
            new Span<float>(outputGradients, _layout.GradientLength).Clear();
        for (int c = 0; c < Layer.Channels; c++, to += _layout.GradientPlaneSize)
        {
            Results.WriteSumGradients(row, c, pooled, Positions, Positions);
            Span<int> sources = Results.Sources(row, c);
            if (needsPlanes)
            {
                for (int i = 0; i < sources.Length; i++)
                    to[sources[i]] += pooled[i];
            }
            if (_pooledGradient is null)
                continue;
            Batch.Enter(worker, TrainingPhase.WeightGradient);
            fixed (int* from = sources)
                _pooledGradient.Add(shard, c, pooled, from, worker);
            Batch.Enter(worker, TrainingPhase.Normalize);
        }
    }
}
