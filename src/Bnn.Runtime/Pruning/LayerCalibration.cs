using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Measures networks that are a base but for one layer: what <see cref="Calibration"/> gives, but the layers before that one are run once for all of them.</summary>
internal sealed class LayerCalibration
{
    private readonly Calibration _calibration;
    private readonly LatentNetwork _basis;
    private readonly Evaluator _evaluator;
    private readonly PlainSource _validation;
    private readonly KeptSigns? _keptSamples;
    private readonly KeptSigns _keptValidation;
    private int _layer;

    /// <param name="calibration">Says how it is measured.</param>
    /// <param name="basis">The base. Its running means and variances change.</param>
    /// <param name="cancel">Checked between batches.</param>
    public LayerCalibration(Calibration calibration, LatentNetwork basis, CancellationToken cancel)
    {
        (_calibration, _basis, _evaluator) = (calibration, basis, calibration.EvaluatorOf(basis));
        BaseAccuracy = calibration.Accuracy(basis, cancel);
        _validation = new(calibration.Validation);
        (_keptSamples, _keptValidation) = (calibration.Samples is { } samples ? _evaluator.Keep(samples.Count) : null, _evaluator.Keep(_validation.Count));
    }

    /// <summary>That of the base.</summary>
    public double BaseAccuracy { get; }

    /// <summary>Tells the layer in which the next networks differ; layers come in rising order.</summary>
    public void Enter(int layer, CancellationToken cancel)
    {
        _layer = layer;
        if (_keptSamples is not null)
            _evaluator.RunTo(layer, _calibration.Samples!, _keptSamples, cancel: cancel);
        _evaluator.RunTo(layer, _validation, _keptValidation, cancel: cancel);
    }

    /// <summary>Share of the validation split that is right, in [0, 1]. Changes running means and variances.</summary>
    public double Accuracy(LatentNetwork network, CancellationToken cancel)
    {
        Evaluator evaluator = _calibration.EvaluatorOf(network);
        for (int l = 0; l < Math.Min(_layer, network.Norms.Length); l++)
        {
            _basis.Norms[l].Mean.Span.CopyTo(network.Norms[l].Mean.Span);
            _basis.Norms[l].Variance.Span.CopyTo(network.Norms[l].Variance.Span);
        }
        if (_keptSamples is not null)
            evaluator.ReestimateStatistics(_calibration.Samples!, _layer, evaluator.Keep(_keptSamples, goesOn: true), cancel);
        return evaluator.Run(_validation, _calibration.Validation.Labels, evaluator.Keep(_keptValidation, goesOn: false), cancel).Accuracy;
    }
}
