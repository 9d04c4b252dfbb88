using Bnn.Pruning;
using Bnn.Runtime.Tests.Training;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Pruning;

public sealed class LayerCalibrationTests
{
    /// <summary>Convolutions in front of convolutions, of dense layers and of the scores, and networks without; all granularities.</summary>
    public static TheoryData<string, Granularity, bool> Cases()
    {
        var cases = new TheoryData<string, Granularity, bool>();
        string[] architectures = ["conv3x3-10 pool conv3x3-24 conv1x1-9 dense-9 scores", "conv3x3-12 conv3x3-8 sum-scores", "dense-20 dense-18 scores"];
        foreach (Granularity granularity in Enum.GetValues<Granularity>())
        {
            // Dense networks have no taps.
            foreach (string architecture in granularity == Granularity.Tap ? architectures[..^1] : architectures)
                cases.Add(architecture, granularity, granularity == Granularity.Column);
        }
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Accuracies_are_those_of_whole_runs(string architecture, Granularity granularity, bool keepsStatistics)
    {
        using TrainingRun parent = TrainingRun.Start(SyntheticImages.Options with { Architecture = architecture, Epochs = 2 }, SyntheticImages.Small);
        while (!parent.IsFinished)
            parent.RunEpoch();
        using var pool = new WorkerPool(2);
        var surgery = new Surgery(new(parent, pool, 0), Criterion.Of("latent"), granularity);
        foreach (long words in (long[])[KeptSigns.MostWords, 0])
        {
            var calibration = new Calibration(parent, pool, keepsStatistics) { MostKeptWords = words };
            var layers = new LayerCalibration(calibration, surgery.Cut(new double[surgery.Layers]), default);
            var seen = new HashSet<double>();
            for (int l = 0; l < surgery.Layers; l++)
            {
                if (!surgery.CanPrune(l))
                    continue;
                layers.Enter(l, default);
                foreach (double rate in (double[])[0.3, 0.9])
                {
                    double[] rates = new double[surgery.Layers];
                    rates[l] = rate;
                    double expected = new Calibration(parent, pool, keepsStatistics) { MostKeptWords = 0 }.Accuracy(surgery.Cut(rates));
                    Assert.Equal(expected, layers.Accuracy(surgery.Cut(rates), default));
                    seen.Add(expected);
                }
            }
            Assert.True(seen.Count > 1);
        }
    }
}
