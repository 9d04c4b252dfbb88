namespace Bnn.Training;

/// <summary>What a convolution sees of a sample: encoded bytes, or the bits of the convolution before it, made anew from its sums.</summary>
internal sealed unsafe class ConvolutionValues
{
    private readonly Batch _batch;
    private readonly ConvolutionStage _stage;
    private readonly ConvolutionLayout _layout;
    private readonly FloatBuffer[] _planes;         // of the first stage for each sample, of others for each worker
    private readonly FloatBuffer[] _image;          // per worker

    /// <param name="batch">The samples.</param>
    /// <param name="stage">Its encoder, or the stage before it, gives the values.</param>
    /// <param name="layout">Where they stand.</param>
    /// <param name="padding">What stands around them.</param>
    public ConvolutionValues(Batch batch, ConvolutionStage stage, ConvolutionLayout layout, float padding)
    {
        (_batch, _stage, _layout) = (batch, stage, layout);
        _planes = Enumerable.Range(0, stage.Previous is null ? batch.Capacity : batch.Pool.Threads).Select(_ => new FloatBuffer(layout.SampleLength)).ToArray();
        foreach (FloatBuffer planes in _planes)
            planes.Span.Fill(padding);
        _image = batch.PerWorker(layout.Geometry.Input.Count);
    }

    /// <summary>The values of a sample in planes, as in <see cref="ConvolutionLayout"/>; good until the worker asks for others.</summary>
    /// <param name="row">The sample.</param>
    /// <param name="worker">Who asks.</param>
    /// <param name="isNew">Whether the forward pass asks: the first stage encodes then, and keeps the planes for the backward pass.</param>
    public float* Planes(int row, int worker, bool isNew)
    {
        float* planes = _planes[_stage.Previous is null ? row : worker].Pointer;
        if (_stage.Previous is ConvolutionStage before)
        {
            _batch.Enter(worker, TrainingPhase.Normalize);
            if (_layout.IsSingle)
            {
                float* to = planes + (_layout.Padding.Top * _layout.Pitch) + _layout.Padding.Left;
                for (int c = 0; c < before.Layer.Channels; c++, to += _layout.PlaneSize)
                    before.Results.WriteValues(row, c, to, _layout.Geometry.Input.Width, _layout.Pitch);
                return planes;
            }
            before.WriteBits(row, _image[worker].Pointer);
            _layout.Spread(_image[worker].Pointer, planes);
        }
        else if (isNew)
        {
            Encode(row, worker);
        }
        return planes;
    }

    /// <summary>Gives the signs of a sample in the forward pass.</summary>
    public void PackSigns(SignConvolution to, int row, int worker)
    {
        ulong* signs = to.Signs(worker);
        if (_stage.Previous is ConvolutionStage before)
        {
            _batch.Enter(worker, TrainingPhase.Normalize);
            for (int c = 0; c < before.Layer.Channels; c++)
                before.Results.WriteSigns(row, c, signs + (c * to.SignWords));
        }
        else
        {
            Encode(row, worker);
            to.WriteSigns(_image[worker].Pointer, worker);
        }
        to.Take(worker);
    }

    private void Encode(int row, int worker)
    {
        _batch.Enter(worker, TrainingPhase.Encode);
        _batch.Encode(_stage.Encoder!, row, worker, _image[worker].Pointer);
        _layout.Spread(_image[worker].Pointer, _planes[row].Pointer);
    }
}
