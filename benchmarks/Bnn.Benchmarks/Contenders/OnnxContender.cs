using Bnn.Benchmarks.Measuring;
using Bnn.Benchmarks.Onnx;

namespace Bnn.Benchmarks.Contenders;

/// <summary>ONNX Runtime on the fastest of several ways to write the network.</summary>
/// <param name="name">For the table.</param>
/// <param name="choosing">Milliseconds to try each form in.</param>
/// <param name="forms">Name, and model for a batch.</param>
internal sealed class OnnxContender(string name, double choosing, params (string Name, Func<int, byte[]> Export)[] forms) : Contender(name)
{
    private readonly Dictionary<int, OnnxModel> _models = [];

    /// <summary>Which form was the fastest, for each batch.</summary>
    public Dictionary<int, string> Chosen { get; } = [];

    // The network and the batch decide, not the images: so the first ones that come along do.
    public override Work Prepare(byte[] images, int batch)
    {
        if (!_models.TryGetValue(batch, out OnnxModel? best))
        {
            double least = double.MaxValue;
            foreach ((string form, Func<int, byte[]> export) in forms)
            {
                foreach (bool isPacking in (bool[])[true, false])
                {
                    var model = new OnnxModel(export(batch), isPacking);
                    using Work work = model.Bind(images, batch);
                    double time = Timing.Quick(work.Run, choosing);
                    if (time < least)
                    {
                        best?.Dispose();
                        (least, best) = (time, model);
                        Chosen[batch] = isPacking ? form : form + ", unpacked";
                    }
                    else
                    {
                        model.Dispose();
                    }
                }
            }
            _models[batch] = best!;
        }
        return best!.Bind(images, batch);
    }

    public override void Dispose()
    {
        foreach (OnnxModel model in _models.Values)
            model.Dispose();
        _models.Clear();
        base.Dispose();
    }
}
