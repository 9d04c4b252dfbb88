using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>Training sets, each read once.</summary>
internal sealed class DataShelf(DataAccess access)
{
    private readonly Dictionary<DataSet, LabeledImages> _read = [];

    /// <summary>Where data are looked for.</summary>
    public DataAccess Access => access;

    /// <summary>The training set with the samples that will be held out.</summary>
    public LabeledImages Train(DataSet set)
    {
        lock (_read)
        {
            if (!_read.TryGetValue(set, out LabeledImages? data))
                _read[set] = data = set.ReadTrain(access);
            return data;
        }
    }
}
